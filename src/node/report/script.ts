/** The script of a report's page: it draws charts with uPlot, and plays the time line. */
export const REPORT_SCRIPT: string = String.raw`
(() => {
  const HEIGHT = 240;
  const SMOOTHED_FROM = 50; // points; a short curve is shown as it is
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();

  function number(value) {
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(2);
    return value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
  }

  // An exponential mean without the bias to its start: m = w m + (1 - w) y, divided by 1 - w^t.
  function smoothed(values, weight) {
    let mean = 0;
    let rest = 1;
    return values.map((value) => {
      if (value === null) return null;
      mean = weight * mean + (1 - weight) * value;
      rest *= weight;
      return mean / (1 - rest);
    });
  }

  // Of each series two columns: as measured (drawn faintly, below), and smoothed.
  function columns(curve, weight) {
    const pairs = (values) => {
      const few = values.filter((value) => value !== null).length < SMOOTHED_FROM;
      return few || weight === 0 ? [values.map(() => null), values] : [values, smoothed(values, weight)];
    };
    if (curve.tables.length === 0) return [[]];
    return uPlot.join(curve.tables.map(([x, ...ys]) => [x, ...ys.flatMap(pairs)]));
  }

  function lastOf(values) {
    let at = values.length - 1;
    while (at > 0 && values[at] == null) at--;
    return at;
  }

  // While nothing is pointed at, the legend shows where each curve ended.
  function showLast(chart) {
    if (chart.cursor.idx == null) chart.setLegend({ idxs: chart.data.map(lastOf) }, false);
  }

  function axisWidth(chart, labels, axis) {
    if (!labels) return 44;
    chart.ctx.save();
    chart.ctx.font = chart.axes[axis].font[0];
    const widths = labels.map((label) => chart.ctx.measureText(label || '').width);
    chart.ctx.restore();
    return Math.ceil(Math.max(...widths, 0) / devicePixelRatio) + 12;
  }

  function draw(host, curve, weight) {
    host.replaceChildren();
    const data = columns(curve, weight);
    if (!data.slice(1).some((column) => column.some((value) => value != null))) {
      host.innerHTML = '<p class="empty">No data yet</p>';
      return undefined;
    }
    const value = (chart, shown, series, index) => {
      if (index == null) return '\u2013';
      const measured = chart.data[series - 1][index];
      const known = measured == null ? shown : measured;
      return known == null ? '\u2013' : number(known);
    };
    const lines = curve.names.flatMap((label, i) => {
      const stroke = color('series' + ((i % 8) + 1));
      const dash = i < 8 ? undefined : [6, 4];
      const points = { fill: color('surface') };
      return [
        { label: label, class: 'raw', stroke, alpha: 0.28, width: 1, points: { show: false } },
        { label, stroke, dash, width: 1.75, value, points },
      ];
    });
    const axis = (label, size) => ({
      label, size, font: '12px system-ui, sans-serif', labelFont: '12px system-ui, sans-serif',
      labelSize: 20, labelGap: 0, gap: 4, stroke: color('muted'), ticks: { show: false },
      grid: { stroke: color('grid'), width: 1 },
    });
    const chart = new uPlot({
      width: host.clientWidth,
      height: HEIGHT,
      padding: [10, 20, 0, 0],
      scales: { x: { time: false }, y: { distr: curve.logarithmic ? 3 : 1 } },
      series: [{ label: curve.xLabel, value: (_, at) => (at == null ? '\u2013' : number(at)) }, ...lines],
      axes: [
        { ...axis(curve.xLabel, 26), values: (_, at) => at.map((v) => (v == null ? '' : number(v))) },
        { ...axis(curve.yLabel, axisWidth), values: (_, at) => at.map((v) => (v == null ? '' : number(v))) },
      ],
      legend: { markers: { dash: (_, i) => (lines[i - 1]?.dash === undefined ? 'solid' : 'dashed') } },
      cursor: {
        y: false,
        sync: { key: curve.xLabel, setSeries: false, scales: ['x', null] },
      },
      hooks: {
        setCursor: [showLast],
        ready: [showLast],
        setSeries: [(chart, i, change) => {
          if (i > 0 && i % 2 === 0 && change.show !== undefined) chart.setSeries(i - 1, { show: change.show });
        }],
      },
    }, data, host);
    for (const name of all('.u-series:not(:first-child):not(.raw) th', host)) {
      name.tabIndex = 0;
      name.setAttribute('role', 'button');
      name.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        name.click();
      });
    }
    return chart;
  }

  function charts() {
    const curves = JSON.parse(document.getElementById('curves').textContent);
    const hosts = all('.plot');
    const slider = document.querySelector('.smoothing input');
    if (slider === null) return;
    const weight = () => Number(slider.value);
    let drawn = [];
    const drawAll = () => {
      for (const chart of drawn) if (chart) chart.destroy();
      drawn = curves.map((curve, i) => draw(hosts[i], curve, weight()));
    };
    drawAll();

    slider.addEventListener('input', () => {
      document.querySelector('.smoothing output').textContent = weight().toFixed(2);
      drawn.forEach((chart, i) => {
        if (!chart) return;
        chart.setData(columns(curves[i], weight()));
        showLast(chart);
      });
    });
    const longest = Math.max(0, ...curves.flatMap(({ tables }) => tables.map(([x]) => x.length)));
    if (longest < SMOOTHED_FROM) slider.parentElement.hidden = true;

    const fit = (width, height = HEIGHT) => drawn.forEach((chart, i) => {
      if (chart) chart.setSize({ width: width || hosts[i].clientWidth, height });
    });
    let printing = false;
    new ResizeObserver(() => { if (!printing) fit(); }).observe(document.querySelector('.charts'));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
    addEventListener('beforeprint', () => {
      printing = true;
      document.documentElement.dataset.print = '';
      drawAll();
      fit(620, 200);
    });
    addEventListener('afterprint', () => {
      printing = false;
      delete document.documentElement.dataset.print;
      drawAll();
    });
  }

  function player() {
    const root = document.querySelector('.player');
    const frames = all('.frame', root || document);
    if (frames.length === 0) return;
    const screen = root.querySelector('.screen');
    const slider = root.querySelector('.controls input');
    const toggle = root.querySelector('.toggle');
    const strip = root.querySelector('.strip');
    let current = frames.length - 1;
    let timer;
    const show = (index) => {
      frames[current].removeAttribute('aria-current');
      current = index;
      const frame = frames[index];
      frame.setAttribute('aria-current', 'true');
      screen.src = frame.firstElementChild.src;
      screen.alt = frame.title;
      root.querySelector('.caption').textContent = frame.title;
      root.querySelector('.position').textContent = index + 1 + ' of ' + frames.length;
      slider.value = index;
      slider.setAttribute('aria-valuetext', frame.title);
      strip.scrollTop = frame.offsetTop - strip.offsetTop - strip.clientHeight / 2 + frame.clientHeight / 2;
      strip.scrollLeft = frame.offsetLeft - strip.offsetLeft - strip.clientWidth / 2 + frame.clientWidth / 2;
    };
    const stop = () => {
      clearInterval(timer);
      timer = undefined;
      root.classList.remove('playing');
      toggle.setAttribute('aria-label', 'Play');
    };
    const play = () => {
      if (current === frames.length - 1) show(0);
      root.classList.add('playing');
      toggle.setAttribute('aria-label', 'Pause');
      timer = setInterval(() => {
        if (current === frames.length - 1) stop();
        else show(current + 1);
      }, Math.min(500, Math.max(120, 8000 / frames.length)));
    };
    toggle.addEventListener('click', () => (timer === undefined ? play() : stop()));
    slider.addEventListener('input', () => { stop(); show(Number(slider.value)); });
    for (const frame of frames)
      frame.addEventListener('click', () => { stop(); show(Number(frame.dataset.index)); });
    show(current);
  }

  charts();
  player();
})();
`;
