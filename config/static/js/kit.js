/* What the kit's components do beyond HTML: preferences, copying, charts. Every page reads without it. */
"use strict";

(() => {
  const root = document.documentElement;
  const self = document.currentScript;
  const YEAR = 31536000;

  const remember = (name, value) => {
    document.cookie = `${name}=${value}; path=/; max-age=${value ? YEAR : 0}; samesite=lax`;
  };

  /* ---- theme and size ---- */

  const dark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  const preferences = {
    theme(button) {
      root.dataset.theme = dark() ? "light" : "dark";
      remember("theme", root.dataset.theme);
      button.setAttribute("aria-pressed", String(dark()));
      redraw();
    },
    size(button) {
      const large = root.dataset.size !== "large";
      if (large) root.dataset.size = "large";
      else delete root.dataset.size;
      remember("size", large ? "large" : "");
      button.setAttribute("aria-pressed", String(large));
      redraw();
    },
  };

  /* ---- copying ---- */

  const copy = async (button) => {
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      const area = document.createElement("textarea");
      area.value = button.dataset.copy;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    button.textContent = button.dataset.copied;
    setTimeout(() => (button.textContent = label), 2000);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-preference], button[data-copy]");
    if (!button) return;
    if (button.dataset.preference) preferences[button.dataset.preference](button);
    else copy(button);
  });

  /* ---- charts ---- */

  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();

  const theme = () => {
    const soft = colour("--ink-soft");
    const axis = {
      axisLine: { lineStyle: { color: colour("--line-strong") } },
      axisTick: { lineStyle: { color: colour("--line-strong") } },
      axisLabel: { color: soft, fontSize: 12 },
      nameTextStyle: { color: soft },
      splitLine: { lineStyle: { color: colour("--line") } },
    };
    return {
      color: [1, 2, 3, 4, 5].map((n) => colour(`--chart-${n}`)),
      backgroundColor: "transparent",
      textStyle: { color: colour("--ink"), fontFamily: colour("--sans") },
      legend: { textStyle: { color: colour("--ink") } },
      tooltip: {
        backgroundColor: colour("--surface"),
        borderColor: colour("--line"),
        textStyle: { color: colour("--ink") },
      },
      categoryAxis: { ...axis, splitLine: { show: false } },
      valueAxis: { ...axis, axisLine: { show: false } },
      timeAxis: axis,
      logAxis: axis,
      line: { symbolSize: 6, lineStyle: { width: 2 } },
    };
  };

  const draw = (canvas) => {
    const old = window.echarts.getInstanceByDom(canvas);
    if (old) old.dispose();
    const option = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    const chart = window.echarts.init(canvas, theme(), { renderer: "svg" });
    chart.setOption({ animation: false, grid: { left: 8, right: 16, top: 64, bottom: 8, containLabel: true }, ...option });
    canvas.dataset.drawn = "yes";
  };

  const canvases = () => document.querySelectorAll("[data-chart]");

  const redraw = () => {
    if (window.echarts) canvases().forEach(draw);
  };

  const charts = () => {
    if (canvases().length === 0) return;
    if (window.echarts) return redraw();
    const script = document.createElement("script");
    script.src = self.dataset.echarts;
    script.addEventListener("load", redraw);
    document.head.append(script);
  };

  let resized;
  addEventListener("resize", () => {
    clearTimeout(resized);
    resized = setTimeout(() => {
      if (!window.echarts) return;
      canvases().forEach((canvas) => window.echarts.getInstanceByDom(canvas)?.resize());
    }, 100);
  });

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  document.addEventListener("htmx:afterSettle", charts);
  document.querySelector("button[data-preference=theme]")?.setAttribute("aria-pressed", String(dark()));
  document.querySelector(".form:not(.sample) > .error-summary")?.focus();
  charts();
})();
