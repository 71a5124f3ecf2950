/* Sorts a table by the column whose heading is chosen: numbers as Vietnam writes them, words by their alphabet. */
(function () {
  "use strict";
  var words = new Intl.Collator("vi", { numeric: true });
  function number(text) {
    var found = text.replace(/\./g, "").replace(",", ".").match(/^[+−-]?[\d.]+/);
    return found ? parseFloat(found[0].replace("−", "-")) : null;
  }
  function compare(one, other) {
    var left = number(one), right = number(other);
    if (left !== null && right !== null) { return left - right; }
    if (left === null && right === null) { return words.compare(one, other); }
    return left === null ? -1 : 1; // what is left out stands below every number
  }
  document.querySelectorAll("table[data-sort]").forEach(function (table) {
    var body = table.tBodies[0];
    Array.from(table.tHead.rows[0].cells).forEach(function (heading, place) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append.apply(button, Array.from(heading.childNodes));
      heading.append(button);
      button.addEventListener("click", function () {
        var down = heading.getAttribute("aria-sort") === "ascending" ||
          (heading.getAttribute("aria-sort") === null && heading.classList.contains("number"));
        Array.from(heading.parentNode.cells).forEach(function (one) { one.removeAttribute("aria-sort"); });
        heading.setAttribute("aria-sort", down ? "descending" : "ascending");
        Array.from(body.rows).map(function (row) { return [row, row.cells[place].textContent.trim()]; })
          .sort(function (one, other) { return (down ? -1 : 1) * compare(one[1], other[1]); })
          .forEach(function (pair) { body.append(pair[0]); });
      });
    });
  });
})();
