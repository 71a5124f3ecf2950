/* Draws every JSON block of the page with plotly.js. Paper has another width than the screen: drawn anew for printing,
   because a change of size moves some charts only after the page was printed. */
"use strict";
(() => {
  const PAPER_WIDTH = 680;
  const PAPER_HEIGHT = 0.68;
  const PAPER_HEIGHT_OF_MAP = 0.95;
  const NARROW = 440;
  const blocks = [...document.querySelectorAll("script[data-chart]")];

  function draw(block, width) {
    const target = document.getElementById(block.dataset.chart);
    const { data, layout } = JSON.parse(block.textContent);
    const years = layout.xaxis && layout.xaxis.ticktext;
    if (years && (width || target.clientWidth) < NARROW) layout.xaxis.ticktext = years.map((year) => `’${year.slice(2)}`);
    const shrink = layout.yaxis && layout.yaxis.scaleanchor ? PAPER_HEIGHT_OF_MAP : PAPER_HEIGHT;
    if (width) Object.assign(layout, { width, height: shrink * layout.height, autosize: false });
    target.style.height = `${layout.height}px`;
    if (target.data) Plotly.purge(target);
    target.replaceChildren();
    Plotly.newPlot(target, data, layout, { displayModeBar: false, responsive: !width });
  }

  const drawAll = (width) => blocks.forEach((block) => draw(block, width));
  drawAll(null);
  window.addEventListener("beforeprint", () => drawAll(PAPER_WIDTH));
  window.addEventListener("afterprint", () => drawAll(null));
})();
