// Loads a page with figures again when one of its runs has another state or, unless the page follows
// states alone, a new generation: a server's event stream says so. Where the page is scrolled to, and what is folded out, stays.
(() => {
  "use strict";
  const KEY = `folded out on ${location.pathname}${location.search}`;
  const LEAST_SHOWN = 5000; // milliseconds for which a page stays, so that it can be read
  const RETRY = 5000; // milliseconds after which a refused stream is requested again
  const { stream: address, ...follows } = document.querySelector("[data-followed]").dataset;
  const seen = JSON.parse(follows.followed);
  const foldable = () => Array.from(document.querySelectorAll("main details"));
  let stream = null;
  let isOld = false;

  function onChange({ data }) {
    const runs = JSON.parse(data);
    const isNew = ([identity, run]) => {
      if (!run || !("generation" in run)) return false; // not a run that can be read
      if (!(identity in seen)) return "followsNew" in follows;
      const [state, generation] = seen[identity];
      return run.state !== state || (run.generation !== generation && !("followsStates" in follows));
    };
    if (!Object.entries(runs).some(isNew)) return;
    unfollow();
    isOld = true;
    setTimeout(reload, Math.max(0, LEAST_SHOWN - performance.now()));
  }

  function reload() {
    sessionStorage.setItem(KEY, JSON.stringify(foldable().map(({ open }) => open)));
    location.reload();
  }

  function follow() {
    if (stream || isOld || document.hidden) return;
    stream = new EventSource(address);
    stream.addEventListener("change", onChange);
    stream.addEventListener("error", () => {
      if (stream && stream.readyState === EventSource.CLOSED) {
        unfollow();
        setTimeout(follow, RETRY);
      }
    });
  }

  function unfollow() {
    if (stream) stream.close();
    stream = null;
  }

  const opened = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  sessionStorage.removeItem(KEY);
  foldable().forEach((each, place) => { each.open = opened[place] ?? each.open; });
  document.addEventListener("visibilitychange", () => (document.hidden ? unfollow() : follow()));
  window.addEventListener("pagehide", unfollow);
  window.addEventListener("pageshow", follow);
  follow();
})();
