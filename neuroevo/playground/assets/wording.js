// Numbers as texts, as in the report. It knows no page.

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A power of ten: 10⁻¹⁴, the plain number where that is short. */
export function powerOfTen(exponent) {
  if (exponent > -4 && exponent < 6) {
    return (10 ** exponent).toLocaleString("en", { maximumFractionDigits: 3 });
  }
  return `10${superscript(exponent)}`;
}

/** A number to three significant digits: 1,512 · 0.21 · 1.2 × 10⁻⁷. */
export function written(value) {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? "–" : `${value < 0 ? "−" : ""}∞`;
  }
  const size = Math.abs(value);
  if (size && (size < 1e-3 || size >= 1e7)) {
    const [digits, exponent] = value.toExponential(1).split("e");
    return `${digits} × 10${superscript(Number(exponent))}`.replace("-", "−");
  }
  const options = size >= 99.5 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
  return value.toLocaleString("en", options).replace("-", "−");
}

/** A number with all of its digits, at most six: 0.106123 · 1.23456 × 10⁻⁴. */
export function exact(value) {
  const [digits, exponent] = String(Number(value.toPrecision(6)).toExponential()).split("e");
  if (value && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e7)) {
    const whole = digits.includes(".") ? digits : `${digits}.0`;
    return `${whole} × 10${superscript(Number(exponent))}`.replace("-", "−");
  }
  return value.toLocaleString("en", { maximumSignificantDigits: 6 }).replace("-", "−");
}

/** A number of whole things: 1,512. */
export function counted(value) {
  return value.toLocaleString("en");
}

function superscript(exponent) {
  const digits = String(Math.abs(exponent)).replace(/\d/g, (digit) => SUPERSCRIPTS[digit]);
  return `${exponent < 0 ? "⁻" : ""}${digits}`;
}
