// Numbers as texts, as in the tables, for the scripts of a page. It knows no figure.
(() => {
  "use strict";

  // A number with three digits, or two and a power of ten.
  function numberText(value) {
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
      const [digits, exponent] = value.toExponential(1).split("e");
      const raised = Array.from(String(Number(exponent)), (digit) =>
        digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("");
      return `${digits}\u00a0×\u00a010${raised}`.replace("-", "−");
    }
    const short = size >= 99.5 ? Math.round(value) : Number(value.toPrecision(3));
    return short.toLocaleString("en-US", { maximumFractionDigits: 12 }).replace("-", "−");
  }

  window.numberText = numberText;
})();
