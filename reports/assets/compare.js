/* The page that compares areas: map and table of one figure and year, and the command that lists a number's rows. */
(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("data").textContent);
  var kind = document.getElementById("kind"), year = document.getElementById("year"), line = document.getElementById("line");
  var map = document.getElementById("map"), body = document.querySelector("#compared tbody");
  var headings = document.querySelector("#compared thead").rows[0].cells;
  var words = new Intl.Collator("vi", { numeric: true }), byName = false, down = true;
  data.kinds.forEach(function (one, place) { kind.append(new Option(one.title, place)); });
  [1, 2].forEach(function (place) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(headings[place].textContent);
    headings[place].replaceChildren(button);
    button.addEventListener("click", function () {
      down = byName === (place === 1) ? !down : place === 2;
      byName = place === 1;
      show();
    });
  });
  function written(value, isShare) {
    if (value === null || value === undefined) { return "–"; }
    return isShare ? (100 * value).toLocaleString("vi", { minimumFractionDigits: 2, maximumFractionDigits: 2 }) + "%"
      : value.toLocaleString("vi");
  }
  function fillYears() {
    var before = year.value;
    year.replaceChildren();
    data.kinds[kind.value].years.slice().reverse().forEach(function (one) { year.append(new Option(one, one)); });
    if (Array.from(year.options).some(function (one) { return one.value === before; })) { year.value = before; }
  }
  function shape(name, given) {
    var made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.keys(given).forEach(function (key) { made.setAttribute(key, given[key]); });
    return made;
  }
  function draw(areas, values, isShare) {
    var known = values.filter(function (value) { return value !== null && value !== undefined; });
    var least = Math.min.apply(null, known), most = Math.max.apply(null, known), count = data.colours.length;
    function colour(value) {
      if (value === null || value === undefined) { return "#b8c0c8"; }
      return data.colours[most > least ? Math.min(count - 1, Math.floor(count * (value - least) / (most - least))) : 0];
    }
    var points = [];
    areas.forEach(function (area) {
      points = points.concat(area.point ? [area.point] : [].concat.apply([], area.rings || []));
    });
    map.replaceChildren();
    document.getElementById("key").replaceChildren();
    map.style.display = points.length ? "" : "none";
    if (!points.length || !known.length) { return; }
    var xs = points.map(function (one) { return one[0]; }), ys = points.map(function (one) { return one[1]; });
    var west = Math.min.apply(null, xs), east = Math.max.apply(null, xs);
    var south = Math.min.apply(null, ys), north = Math.max.apply(null, ys);
    var across = Math.cos((south + north) / 2 * Math.PI / 180);
    var scale = 560 / Math.max((east - west) * across, north - south, 0.05);
    function at(point) { return [20 + (point[0] - west) * across * scale, 20 + (north - point[1]) * scale]; }
    var corner = at([east, south]);
    map.setAttribute("viewBox", "0 0 " + (corner[0] + 20) + " " + (corner[1] + 20));
    areas.forEach(function (area, place) {
      var fill = colour(values[place]), drawn = null;
      if (area.rings) {
        drawn = shape("path", { fill: fill, stroke: "#ffffff", d: area.rings.map(function (ring) {
          return "M" + ring.map(function (point) { return at(point).map(Math.round).join(" "); }).join("L") + "Z";
        }).join("") });
      } else if (area.point) {
        var middle = at(area.point);
        drawn = shape("circle", { cx: middle[0], cy: middle[1], r: 9, fill: fill, stroke: "#1c2733", "stroke-width": 0.8 });
      }
      if (!drawn) { return; }
      var title = shape("title", {});
      title.textContent = area.name + ": " + written(values[place], isShare);
      drawn.append(title);
      map.append(drawn);
    });
    data.colours.forEach(function (one, place) {
      var mark = document.createElement("span"), box = document.createElement("i");
      if (most === least && place) { return; }
      box.style.background = one;
      var from = least + (most - least) * place / count;
      mark.append(box, "từ " + written(isShare ? from : Math.ceil(from), isShare));
      document.getElementById("key").append(mark);
    });
  }
  function show() {
    var chosen = data.kinds[kind.value], option = line.selectedOptions[0], isShare = option.dataset.share !== undefined;
    var values = (chosen.values[line.value] || {})[year.value] || chosen.areas.map(function () { return null; });
    document.getElementById("shown").textContent = option.textContent + ", năm " + year.value + " (" + option.parentNode.label + ")";
    document.getElementById("trace").replaceChildren();
    draw(chosen.areas, values, isShare);
    var order = chosen.areas.map(function (_, place) { return place; }).filter(function (place) {
      return values[place] !== null && values[place] !== undefined;
    });
    order.sort(function (one, other) {
      var found = byName ? words.compare(chosen.areas[one].name, chosen.areas[other].name) : values[one] - values[other];
      return down ? -found : found;
    });
    [1, 2].forEach(function (place) {
      headings[place].removeAttribute("aria-sort");
      if (byName === (place === 1)) { headings[place].setAttribute("aria-sort", down ? "descending" : "ascending"); }
    });
    body.replaceChildren.apply(body, order.map(function (place, rank) {
      var area = chosen.areas[place], row = document.createElement("tr"), link = document.createElement("a");
      link.href = area.page;
      link.textContent = area.name + " (" + area.code + ")";
      [String(rank + 1), link, written(values[place], isShare)].forEach(function (content, cell) {
        row.insertCell().append(content);
        if (cell !== 1) { row.cells[cell].className = "number"; }
      });
      if (area.open[year.value]) {
        var mark = document.createElement("em");
        mark.className = "tag warning";
        mark.textContent = area.open[year.value];
        row.cells[1].append(" ", mark);
      }
      row.dataset.area = area.code;
      return row;
    }));
  }
  body.addEventListener("click", function (event) {
    var row = event.target.closest("tr");
    if (!row || event.target.closest("a")) { return; }
    var code = document.createElement("code");
    code.textContent = "poverty trace --year " + year.value + " --area " + row.dataset.area +
      (data.kinds[kind.value].boundary === "harmonised" ? " --boundary harmonised " : " ") + line.selectedOptions[0].dataset.trace;
    document.getElementById("trace").replaceChildren(code);
  });
  kind.addEventListener("change", function () { fillYears(); show(); });
  [year, line].forEach(function (one) { one.addEventListener("change", show); });
  fillYears();
  show();
})();
