// Copies a configuration from the page's payload. If the browser has no clipboard, as some for files
// from disk, the text is shown and selected instead.
(() => {
  "use strict";
  const DURATION = 2000; // milliseconds for which a button shows "Copied"

  function configurationOf(button) {
    const payload = JSON.parse(document.getElementById("payload").textContent);
    return payload.configurations[button.dataset.configuration];
  }

  function label(button, text) {
    button.textContent = text;
    button.classList.add("done");
    clearTimeout(Number(button.dataset.timer));
    button.dataset.timer = setTimeout(() => {
      button.textContent = "Copy";
      button.classList.remove("done");
    }, DURATION);
  }

  function select(button, text) {
    const place = button.closest(".sideways");
    const after = place.nextElementSibling;
    const existing = after && after.classList.contains("selected") ? after : null;
    const shown = existing || document.createElement("textarea");
    Object.assign(shown, { className: "selected", readOnly: true, rows: 12, value: text });
    shown.setAttribute("aria-label", "The configuration, to copy");
    place.after(shown);
    shown.focus();
    shown.select();
    label(button, document.execCommand("copy") ? "Copied" : "Selected");
  }

  async function copy(button) {
    const text = configurationOf(button);
    try {
      await navigator.clipboard.writeText(text);
      label(button, "Copied");
    } catch { // no clipboard, or not allowed
      select(button, text);
    }
  }

  document.querySelectorAll("button[data-configuration]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  });
})();
