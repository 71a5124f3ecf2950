/* Draws every JSON block of the page with plotly.js. Paper has another width than the screen: drawn again for printing,
   because a change of size moves some charts only after the page was printed. */
"use strict";
(() => {
  const PAPER_WIDTH = 680;
  const PAPER_HEIGHT = 0.6;
  const PAPER_HEIGHT_OF_MAP = 0.68;
  const NARROW = 440;
  const FEW_NAMES = 5;
  const blocks = [...document.querySelectorAll("script[data-chart]")];

  /* A map keeps its proportions: where it has less room, its points shrink with it, and only the first names stay. */
  function fitMap({ data, layout }, width, shrink) {
    const { margin, xaxis, yaxis } = layout;
    const height = layout.height - margin.t - margin.b;
    const wanted = (height * (xaxis.range[1] - xaxis.range[0])) / (yaxis.range[1] - yaxis.range[0]) / yaxis.scaleratio;
    const scale = Math.min(shrink, (width - margin.l - margin.r) / wanted);
    if (scale >= 1) return;
    layout.height = Math.round(height * scale + margin.t + margin.b);
    for (const trace of data) trace.marker.sizeref /= scale * scale;
    if (scale < 0.75) data[0].text = data[0].text.map((name, at) => (at < FEW_NAMES ? name : ""));
  }

  function draw(block, width) {
    const target = document.getElementById(block.dataset.chart);
    const { data, layout } = JSON.parse(block.textContent);
    const shown = width || target.clientWidth;
    const years = layout.xaxis && layout.xaxis.ticktext;
    if (shown < NARROW) {
      if (years) layout.xaxis.ticktext = years.map((year) => `’${year.slice(2)}`);
      for (const trace of data) if (trace.type === "sankey") trace.textfont.size = 9;
    }
    const { scaleanchor, autorange } = layout.yaxis || {};
    if (scaleanchor) fitMap({ data, layout }, shown, width ? PAPER_HEIGHT_OF_MAP : 1);
    else if (width && autorange !== "reversed") layout.height *= PAPER_HEIGHT; // names beside bars need their height
    if (width) Object.assign(layout, { width, autosize: false });
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
