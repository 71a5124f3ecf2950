/* The page of an area: one year or all, and the command that lists the rows behind a number. */
(function () {
  "use strict";
  var given = document.currentScript.dataset;
  var tables = Array.from(document.querySelectorAll(".figures-by-year"));
  var years = Array.from(tables[0].tHead.rows[0].cells).slice(1).map(function (cell) {
    return cell.firstChild.textContent.trim();
  });
  var choice = document.getElementById("year");
  function showYear() {
    var only = years.indexOf(choice.value) + 1;
    tables.forEach(function (table) {
      Array.from(table.rows).forEach(function (row) {
        Array.from(row.cells).forEach(function (cell, place) { cell.hidden = only > 0 && place > 0 && place !== only; });
      });
    });
  }
  choice.addEventListener("change", showYear);
  // A phone has room for one year: the latest, until another is chosen.
  if (window.matchMedia("(max-width: 40rem)").matches) { choice.value = years[years.length - 1]; showYear(); }
  document.addEventListener("click", function (event) {
    var cell = event.target.closest("td"), line = event.target.closest("tr[data-trace]");
    if (!cell || !line || event.target.closest("a")) { return; }
    var code = document.createElement("code");
    code.textContent = "poverty trace --year " + years[cell.cellIndex - 1] + " --area " + given.area +
      (given.boundary === "harmonised" ? " --boundary harmonised " : " ") + line.dataset.trace;
    document.getElementById("trace").replaceChildren(code);
    document.querySelectorAll("td.chosen").forEach(function (one) { one.classList.remove("chosen"); });
    cell.classList.add("chosen");
  });
})();
