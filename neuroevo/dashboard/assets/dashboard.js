// Keeps a page of the dashboard up to date without a reload; keys, filter and copying.
(() => {
  "use strict";
  const LEAST_PAUSE = 1000; // milliseconds between two updates, at least
  const PAUSE_FACTOR = 4; // and at least so many times the last update, so that a run is not slowed down
  const RETRY = 5000; // milliseconds after which a refused stream is requested again
  const main = () => document.getElementById("main");
  const rows = () => Array.from(document.querySelectorAll("[data-row]"));
  const isTextField = (element) => element.matches("input[type=search], textarea, select");

  // --- Updating ---------------------------------------------------------------------------------

  /** Make an element equal to a new one; nodes that stay keep focus and selection. */
  function update(old, fresh) {
    if (old.nodeType === Node.TEXT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    if (old.nodeType !== Node.ELEMENT_NODE) return;
    for (const { name } of Array.from(old.attributes)) {
      if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    updateChildren(old, fresh);
  }

  function updateChildren(old, fresh) {
    const known = new Map(Array.from(old.children, (child) => [child.id, child]));
    let place = old.firstChild;
    for (const child of Array.from(fresh.childNodes)) {
      const match = child.id ? known.get(child.id) : isSameKind(place, child) ? place : null;
      if (!match || match.nodeName !== child.nodeName) {
        old.insertBefore(child, place);
        continue;
      }
      if (match === place) place = place.nextSibling;
      else old.insertBefore(match, place);
      update(match, child);
    }
    while (place) {
      const next = place.nextSibling;
      place.remove();
      place = next;
    }
  }

  function isSameKind(one, other) {
    return one !== null && !one.id && one.nodeName === other.nodeName;
  }

  let requests = 0;
  /** Fetch the page at the current address and update this one. */
  async function refresh() {
    const own = (requests += 1);
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    const text = await answer.text();
    if (own !== requests || !answer.ok) return; // a later request replaces this one
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const focused = document.activeElement;
    update(main(), fresh.getElementById("main"));
    document.title = fresh.title;
    if (focused !== document.activeElement && focused.isConnected) {
      focused.focus({ preventScroll: true }); // a row that is moved loses the focus
    }
    showSelected();
  }

  let waiting = 0;
  let due = 0;
  function refreshSoon() {
    if (waiting) return;
    waiting = setTimeout(async () => {
      const began = performance.now();
      try {
        await refresh();
      } catch {
        showConnected(false);
      }
      const ended = performance.now();
      due = ended + Math.max(LEAST_PAUSE, PAUSE_FACTOR * (ended - began));
      waiting = 0;
    }, Math.max(0, due - performance.now()));
  }

  function showConnected(isLive) {
    const sign = document.getElementById("live");
    if (!sign) return;
    sign.textContent = isLive ? "live" : "not connected";
    sign.classList.toggle("lost", !isLive);
  }

  let stream = null;
  function follow() {
    const address = main().dataset.events;
    if (!address || stream || document.hidden) return;
    stream = new EventSource(address);
    stream.addEventListener("open", () => showConnected(true));
    stream.addEventListener("change", refreshSoon);
    stream.addEventListener("error", () => {
      showConnected(false);
      if (stream && stream.readyState === EventSource.CLOSED) {
        unfollow();
        setTimeout(follow, RETRY);
      }
    });
  }

  // A browser has few connections for all tabs of a server; hidden tabs need none.
  function unfollow() {
    if (stream) stream.close();
    stream = null;
  }
  document.addEventListener("visibilitychange", () => (document.hidden ? unfollow() : follow()));
  window.addEventListener("pagehide", unfollow);
  window.addEventListener("pageshow", follow);

  // --- Filter and selection ------------------------------------------------------------------------

  let typing = 0;
  document.addEventListener("input", ({ target }) => {
    if (!target.matches(".filter input")) return;
    clearTimeout(typing);
    typing = setTimeout(() => {
      const address = new URL(location.href);
      address.searchParams.delete("page");
      if (target.value) address.searchParams.set("filter", target.value);
      else address.searchParams.delete("filter");
      history.replaceState(null, "", address);
      refresh().catch(() => showConnected(false));
    }, 150);
  });

  /** Enable the button for a comparison if two runs or more are selected. */
  function showSelected() {
    const button = document.querySelector(".compare button");
    if (!button) return;
    const selected = document.querySelectorAll("[data-row] input:checked").length;
    button.disabled = selected < 2;
    button.textContent = selected < 2 ? "Compare the selected runs" : `Compare ${selected} runs`;
  }
  document.addEventListener("change", showSelected);

  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    if (button) await copy(button, document.getElementById(button.dataset.copy));
    if (target.closest("#show-keys")) toggleKeys();
  });

  async function copy(button, source) {
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source); // pages may not write to the clipboard
      button.textContent = "Selected: copy it by hand";
    }
    setTimeout(() => { button.textContent = label; }, 2000);
  }

  // --- Keys -------------------------------------------------------------------------------------

  function toggleKeys() {
    const keys = document.getElementById("keys");
    if (keys.open) keys.close();
    else keys.showModal();
  }

  /** Focus the link of the row that is `by` rows further down. */
  function step(by) {
    const all = rows();
    const now = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[now < 0 ? (by > 0 ? 0 : all.length - 1) : now + by];
    if (!next) return;
    next.querySelector("a").focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  function toggleSelected() {
    const row = document.activeElement.closest("[data-row]");
    const box = row && row.querySelector("input[type=checkbox]:not(:disabled)");
    if (box) box.click();
  }

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTextField(target)) {
      if (key === "Escape") target.blur();
      return;
    }
    const inTable = target.closest("[data-row]") !== null;
    const linked = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    const filter = document.querySelector(".filter input[type=search]");
    if (key === "?") toggleKeys();
    else if (document.getElementById("keys").open) return;
    else if (linked) linked.click();
    else if (key === "j" || (key === "ArrowDown" && inTable)) step(1);
    else if (key === "k" || (key === "ArrowUp" && inTable)) step(-1);
    else if (key === "x" && inTable) toggleSelected();
    else if (key === "/" && filter) filter.select();
    else return;
    event.preventDefault();
  });

  showSelected();
  follow();
})();
