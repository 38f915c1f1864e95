// Keeps a page of the dashboard as it would be if it were loaded now; keys, filter and copying.
(() => {
  "use strict";
  const REST = 1000; // milliseconds between two updates, at least
  const SHARE = 4; // and as many times what the last one took, so that a run is not slowed down
  const AGAIN = 5000; // after which a refused stream is asked for once more
  const main = () => document.getElementById("main");
  const rows = () => Array.from(document.querySelectorAll("[data-row]"));
  const isTyped = (element) => element.matches("input[type=search], textarea, select");

  // --- Updating ---------------------------------------------------------------------------------

  /** Make an element like a fresh one, keeping all nodes that stay, and so focus and choices. */
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
      const match = child.id ? known.get(child.id) : alike(place, child) ? place : null;
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

  function alike(one, other) {
    return one !== null && !one.id && one.nodeName === other.nodeName;
  }

  let asked = 0;
  /** Fetch the page at the present address and bring this one up to it. */
  async function refresh() {
    const mine = (asked += 1);
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    const text = await answer.text();
    if (mine !== asked || !answer.ok) return; // another was asked for meanwhile
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const focused = document.activeElement;
    update(main(), fresh.getElementById("main"));
    document.title = fresh.title;
    if (focused !== document.activeElement && focused.isConnected) {
      focused.focus({ preventScroll: true }); // moving a row takes it away
    }
    count();
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
        tell(false);
      }
      const ended = performance.now();
      due = ended + Math.max(REST, SHARE * (ended - began));
      waiting = 0;
    }, Math.max(0, due - performance.now()));
  }

  function tell(isLive) {
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
    stream.addEventListener("open", () => tell(true));
    stream.addEventListener("change", refreshSoon);
    stream.addEventListener("error", () => {
      tell(false);
      if (stream && stream.readyState === EventSource.CLOSED) {
        rest();
        setTimeout(follow, AGAIN);
      }
    });
  }

  // A browser has few connections for all tabs of a server; those that nobody sees need none.
  function rest() {
    if (stream) stream.close();
    stream = null;
  }
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : follow()));
  window.addEventListener("pagehide", rest);
  window.addEventListener("pageshow", follow);

  // --- Filter and choice ------------------------------------------------------------------------

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
      refresh().catch(() => tell(false));
    }, 150);
  });

  /** Let only two runs or more be compared. */
  function count() {
    const button = document.querySelector(".compare button");
    if (!button) return;
    const chosen = document.querySelectorAll("[data-row] input:checked").length;
    button.disabled = chosen < 2;
    button.textContent = chosen < 2 ? "Compare the chosen" : `Compare ${chosen} runs`;
  }
  document.addEventListener("change", count);

  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    if (button) await copy(button, document.getElementById(button.dataset.copy));
    if (target.closest("#ask")) toggleKeys();
  });

  async function copy(button, source) {
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source); // where pages may not write to the clipboard
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

  /** Focus the link of the row that is so many rows further. */
  function step(by) {
    const all = rows();
    const now = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[now < 0 ? (by > 0 ? 0 : all.length - 1) : now + by];
    if (!next) return;
    next.querySelector("a").focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  function choose() {
    const row = document.activeElement.closest("[data-row]");
    const box = row && row.querySelector("input[type=checkbox]:not(:disabled)");
    if (box) box.click();
  }

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyped(target)) {
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
    else if (key === "x" && inTable) choose();
    else if (key === "/" && filter) filter.select();
    else return;
    event.preventDefault();
  });

  count();
  follow();
})();
