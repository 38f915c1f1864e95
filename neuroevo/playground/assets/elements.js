// Finds elements of the page.

/** The element with this id. */
export function byId(id) {
  return document.getElementById(id);
}

/** Call something on each click on an element. */
export function onClick(id, action) {
  byId(id).addEventListener("click", action);
}
