// Copies a configuration from the page's payload and says so. Where the browser lends no clipboard,
// as for files from disk in some, the text is shown and selected instead.
(() => {
  "use strict";
  const SAID = 2000; // milliseconds for which a button says that it has copied

  function configurationOf(button) {
    const payload = JSON.parse(document.getElementById("payload").textContent);
    return payload.configurations[button.dataset.configuration];
  }

  function say(button, text) {
    button.textContent = text;
    button.classList.add("done");
    clearTimeout(Number(button.dataset.said));
    button.dataset.said = setTimeout(() => {
      button.textContent = "Copy";
      button.classList.remove("done");
    }, SAID);
  }

  function select(button, text) {
    const place = button.closest(".sideways");
    const after = place.nextElementSibling;
    const known = after && after.classList.contains("selected") ? after : null;
    const shown = known || document.createElement("textarea");
    Object.assign(shown, { className: "selected", readOnly: true, rows: 12, value: text });
    shown.setAttribute("aria-label", "The configuration: copy it from here");
    place.after(shown);
    shown.focus();
    shown.select();
    say(button, document.execCommand("copy") ? "Copied" : "Selected");
  }

  async function copy(button) {
    const text = configurationOf(button);
    try {
      await navigator.clipboard.writeText(text);
      say(button, "Copied");
    } catch { // no clipboard at all, or none for this page
      select(button, text);
    }
  }

  document.querySelectorAll("button[data-configuration]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  });
})();
