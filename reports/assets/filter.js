/* A filter over long tables: a search box and a choice per marked column. Without JavaScript the whole table is there. */
(function () {
  "use strict";
  function plain(text) {
    return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d");
  }
  function choose(heading, place, rows, onChange) {
    var values = Array.from(new Set(rows.map(function (row) { return row.cells[place].textContent.trim(); }))).sort();
    if (values.length < 2) { return null; }
    var label = document.createElement("label");
    var select = document.createElement("select");
    label.append(heading.textContent.trim() + ": ", select);
    select.append(new Option("tất cả", ""));
    values.forEach(function (value) { select.append(new Option(value || "–", value || "–")); });
    select.addEventListener("change", onChange);
    return { label: label, select: select, place: place };
  }
  function equip(table) {
    var rows = Array.from(table.tBodies[0].rows);
    var texts = rows.map(function (row) { return plain(row.textContent); });
    var bar = document.createElement("div");
    var input = document.createElement("input");
    var count = document.createElement("span");
    bar.className = "filter no-print";
    input.type = "search";
    input.placeholder = table.dataset.filter || "Tìm trong bảng, không cần dấu";
    input.setAttribute("aria-label", input.placeholder);
    count.setAttribute("role", "status");
    var choices = [];
    function show() {
      var words = plain(input.value).split(/\s+/).filter(Boolean);
      var shown = 0;
      rows.forEach(function (row, number) {
        var fits = words.every(function (word) { return texts[number].includes(word); }) &&
          choices.every(function (choice) {
            return !choice.select.value || (row.cells[choice.place].textContent.trim() || "–") === choice.select.value;
          });
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      count.textContent = shown.toLocaleString("vi") + " / " + rows.length.toLocaleString("vi") + " dòng";
    }
    Array.from(table.tHead.rows[0].cells).forEach(function (heading, place) {
      if (heading.dataset.choice !== undefined) {
        var choice = choose(heading, place, rows, show);
        if (choice) { choices.push(choice); }
      }
    });
    input.addEventListener("input", show);
    bar.append(input);
    choices.forEach(function (choice) { bar.append(choice.label); });
    bar.append(count);
    (table.closest(".scroll") || table).before(bar);
    show();
  }
  document.querySelectorAll("table[data-filter]").forEach(equip);
})();
