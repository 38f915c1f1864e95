// Makes and changes SVG elements.

const NAMESPACE = "http://www.w3.org/2000/svg";

/** A new SVG element with these attributes, holding these children or texts. */
export function svgElement(name, attributes = {}, ...children) {
  const element = document.createElementNS(NAMESPACE, name);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

/** Set attributes that are not yet so. */
export function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (element.getAttribute(name) !== text) {
      element.setAttribute(name, text);
    }
  }
}
