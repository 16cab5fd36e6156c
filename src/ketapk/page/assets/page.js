"use strict";
// The page knows no pharmacology: it adds scaled and shifted copies of exact responses.
(() => {
  const DATA = JSON.parse(document.getElementById("data").textContent);
  const COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7a7a7a"];
  const DASHES = [[], [8, 4], [8, 3, 2, 3], [2, 3]];
  const POINTS = 800;
  const MINUTES = DATA.span_h <= 3;
  const perHour = MINUTES ? 60 : 1;

  function unpack(text) {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    return new Float64Array(bytes.buffer);
  }

  // Nodes of a response: rows of time, area, level, slope, bend.
  function asResponse(text) {
    const flat = unpack(text);
    const n = flat.length / 5;
    const column = (k) => Float64Array.from({ length: n }, (_, i) => flat[5 * i + k]);
    return { n, t: column(0), f: [column(1), column(2), column(3), column(4)] };
  }

  for (const plan of DATA.plans) {
    if (plan.fixed === null) {
      plan.responses = plan.responses.map((kind) => kind.map(asResponse));
    } else {
      plan.times = unpack(plan.times);
      plan.curves = plan.curves.map(unpack);
    }
    plan.hidden = false;
    plan.scale = 1;
    plan.shift_h = 0;
    plan.dur_h = plan.doses.length === 1 && plan.doses[0].dur_h > 0 ? plan.doses[0].dur_h : null;
    plan.given_dur_h = plan.dur_h;
    plan.devices = plan.doses.some((dose) => dose.device);
    plan.mg = plan.doses.reduce((sum, dose) => sum + dose.mg, 0);
  }

  // Quintic through value, slope and bend at both ends: order 0 is the area, 1 the level.
  function quintic(r, order, t) {
    if (t < r.t[0]) return 0;
    const last = r.n - 1;
    if (t >= r.t[last]) return order === 0 ? r.f[0][last] : 0;
    let lo = 0, hi = last;
    while (hi - lo > 1) {
      const mid = (lo + hi) >> 1;
      if (r.t[mid] <= t) lo = mid; else hi = mid;
    }
    const h = r.t[hi] - r.t[lo];
    const x = (t - r.t[lo]) / h;
    const [y, d, b] = [r.f[order], r.f[order + 1], r.f[order + 2]];
    const x2 = x * x, x3 = x2 * x, x4 = x3 * x, x5 = x4 * x;
    return y[lo] * (1 - 10 * x3 + 15 * x4 - 6 * x5) + y[hi] * (10 * x3 - 15 * x4 + 6 * x5)
      + h * (d[lo] * (x - 6 * x3 + 8 * x4 - 3 * x5) + d[hi] * (-4 * x3 + 7 * x4 - 3 * x5))
      + h * h * (b[lo] * (0.5 * x2 - 1.5 * x3 + 1.5 * x4 - 0.5 * x5)
        + b[hi] * (0.5 * x3 - x4 + 0.5 * x5));
  }

  function level(plan, analyte, t) {
    if (plan.fixed !== null) return interpolate(plan.times, plan.curves[analyte], t);
    let total = 0;
    for (const dose of plan.doses) {
      const response = plan.responses[dose.kind][analyte];
      const since = t - dose.time_h - plan.shift_h;
      if (since < 0) continue;
      const dur = plan.dur_h === null ? dose.dur_h : plan.dur_h;
      total += plan.scale * dose.mg * (dur > 0
        ? (quintic(response, 0, since) - quintic(response, 0, since - dur)) / dur
        : quintic(response, 1, since));
    }
    return total;
  }

  function interpolate(times, values, t) {
    if (t >= times[times.length - 1]) return values[values.length - 1];
    const i = Math.max(1, times.findIndex((x) => x > t));
    const share = (t - times[i - 1]) / (times[i] - times[i - 1]);
    return values[i - 1] + share * (values[i] - values[i - 1]);
  }

  // Times at which a plan's curve may bend: doses, ends of infusions, breakpoints of responses.
  function corners(plan) {
    const found = [0];
    if (plan.fixed !== null) return found;
    for (const dose of plan.doses) {
      const start = dose.time_h + plan.shift_h;
      const dur = plan.dur_h === null ? dose.dur_h : plan.dur_h;
      const response = plan.responses[dose.kind][0];
      found.push(start, start + dur);
      for (let i = 1; i < response.n; i++) {
        if (response.t[i] === response.t[i - 1]) found.push(start + response.t[i], start + dur + response.t[i]);
      }
    }
    return found.filter((t) => t >= 0);
  }

  function horizon(plan) {
    return Math.max(DATA.span_h, ...corners(plan)) + 12;
  }

  function searched(plan) {
    const end = horizon(plan);
    const grid = Array.from({ length: 1500 }, (_, i) => (end * i) / 1499);
    for (const corner of corners(plan)) {
      for (let k = 0; k < 60; k++) grid.push(corner + 1e-4 * Math.pow(1.22, k));
      grid.push(corner);
    }
    // Each once: a peak is looked for between the neighbours of the highest.
    return [...new Set(grid)].filter((t) => t <= end).sort((a, b) => a - b);
  }

  // Highest level and its time: the best of the grid, refined by golden section beside it.
  function peak(plan, analyte, grid) {
    let best = 0;
    const values = grid.map((t) => level(plan, analyte, t));
    values.forEach((value, i) => { if (value > values[best]) best = i; });
    let a = grid[Math.max(best - 1, 0)], b = grid[Math.min(best + 1, grid.length - 1)];
    const golden = (Math.sqrt(5) - 1) / 2;
    for (let i = 0; i < 90; i++) {
      const c = b - golden * (b - a), d = a + golden * (b - a);
      if (level(plan, analyte, c) > level(plan, analyte, d)) b = d; else a = c;
    }
    const middle = (a + b) / 2;
    const refined = level(plan, analyte, middle);
    return refined > values[best] ? [refined, middle] : [values[best], grid[best]];
  }

  function onset(plan, analyte, grid, limit) {
    for (let i = 0; i < grid.length; i++) {
      if (level(plan, analyte, grid[i]) >= limit) {
        if (i === 0) return grid[0];
        let a = grid[i - 1], b = grid[i];
        for (let k = 0; k < 80; k++) {
          const c = (a + b) / 2;
          if (level(plan, analyte, c) >= limit) b = c; else a = c;
        }
        return b;
      }
    }
    return null;
  }

  function area(plan, analyte) {
    if (plan.fixed !== null) return null;
    return plan.doses.reduce((sum, dose) => {
      const response = plan.responses[dose.kind][analyte];
      return sum + plan.scale * dose.mg * response.f[0][response.n - 1];
    }, 0);
  }

  function numbersOf(plan) {
    const grid = searched(plan);
    return plan.analytes.map((name, analyte) => {
      const [Cmax, Tmax] = peak(plan, analyte, grid);
      return { name, Cmax, Tmax_h: Tmax, AUC: area(plan, analyte),
        onset_h: onset(plan, analyte, grid, DATA.level) };
    });
  }

  const say = (value, digits = 3) => value === null ? "-" : Number(value.toPrecision(digits)).toString();

  // The chart.
  let logarithmic = false;
  let metabolites = false;
  let chart = null;

  function lines() {
    const found = [];
    DATA.plans.forEach((plan, p) => plan.analytes.forEach((name, analyte) => {
      if (analyte === 0 || metabolites) found.push({ plan, p, name, analyte });
    }));
    return found;
  }

  function table() {
    const end = DATA.span_h;
    const times = new Set(Array.from({ length: POINTS + 1 }, (_, i) => (end * i) / POINTS));
    for (const plan of DATA.plans) {
      for (const corner of corners(plan)) if (corner <= end) times.add(corner);
    }
    const sorted = [...times].sort((a, b) => a - b);
    const rows = lines().map(({ plan, analyte }) => sorted.map((t) => {
      const value = level(plan, analyte, t);
      return logarithmic && value <= 0 ? null : value;
    }));
    return [sorted.map((t) => t * perHour), ...rows];
  }

  function draw() {
    if (chart !== null) chart.destroy();
    const holder = document.getElementById("chart");
    const ink = getComputedStyle(document.body).color;
    const series = lines().map(({ plan, p, name, analyte }) => ({
      label: plan.analytes.length > 1 || metabolites ? `${plan.name}, ${name}` : plan.name,
      stroke: COLOURS[p % COLOURS.length],
      dash: DASHES[(p + 2 * analyte) % DASHES.length],
      width: analyte === 0 ? 2 : 1.4,
      value: (_, v) => v === null ? "-" : `${say(v)} ng/mL`,
    }));
    const axis = { stroke: ink, grid: { stroke: "rgba(128,128,128,0.2)" } };
    chart = new uPlot({
      width: Math.max(holder.clientWidth, 320),
      height: Math.max(300, Math.min(460, window.innerHeight * 0.55)),
      scales: { x: { time: false }, y: { distr: logarithmic ? 3 : 1 } },
      series: [{ label: MINUTES ? "Time [min]" : "Time [h]", value: (_, v) => v === null ? "-" : say(v) },
        ...series],
      axes: [{ ...axis, label: MINUTES ? "Time [min]" : "Time [h]" },
        { ...axis, label: "Plasma concentration [ng/mL]", size: 64 }],
    }, table(), holder);
  }

  function refresh() {
    if (chart !== null) chart.setData(table());
    writeNumbers();
  }

  function writeNumbers() {
    const rows = [];
    for (const plan of DATA.plans) {
      for (const found of numbersOf(plan)) {
        const cell = (what, value, text) =>
          `<td data-plan="${escape(plan.name)}" data-analyte="${found.name}" data-what="${what}" data-value="${value}">${text}</td>`;
        rows.push(`<tr><th scope=row>${escape(plan.name)}, ${found.name}</th>`
          + cell("Cmax", found.Cmax, say(found.Cmax))
          + cell("Tmax_h", found.Tmax_h, say(found.Tmax_h * 60))
          + cell("onset_h", found.onset_h, found.onset_h === null ? "-" : say(found.onset_h * 60))
          + cell("AUC", found.AUC, say(found.AUC)) + "</tr>");
      }
    }
    document.getElementById("numbers").innerHTML = "<table><thead><tr><th></th>"
      + `<th scope=col>Cmax [ng/mL]</th><th scope=col>Tmax [min]</th>`
      + `<th scope=col>first at ${say(DATA.level)} ng/mL [min]</th>`
      + `<th scope=col>AUC to infinity [ng h/mL]</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
  }

  function escape(text) {
    const span = document.createElement("span");
    span.textContent = text;
    return span.innerHTML.replaceAll('"', "&quot;");
  }

  // The sliders.
  function slider(field, plan, what, text, min, max, step, read, write) {
    const label = document.createElement("label");
    const name = document.createElement("span");
    const output = document.createElement("output");
    const input = document.createElement("input");
    name.textContent = text;
    Object.assign(input, { type: "range", min, max, step, value: read() });
    input.dataset.plan = plan.name;
    input.dataset.what = what;
    const show = () => { output.textContent = `${say(Number(input.value), 4)}`; };
    input.addEventListener("input", () => { write(Number(input.value)); show(); refresh(); });
    plan.restore.push(() => { input.value = read(); show(); });
    show();
    label.append(name, output, input);
    field.append(label);
  }

  for (const plan of DATA.plans) {
    const field = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = plan.name;
    const told = document.createElement("div");
    told.className = "small";
    told.textContent = `${plan.sentence}; ${plan.model}, grade ${plan.grade}, ${plan.site}`;
    field.append(legend, told);
    plan.restore = [];
    if (plan.fixed !== null) {
      const why = document.createElement("p");
      why.textContent = `Fixed: ${plan.fixed}.`;
      field.append(why);
    } else {
      if (!plan.devices) {
        slider(field, plan, "dose", "dose [mg]", 0, 4 * plan.mg, plan.mg / 100,
          () => plan.mg * plan.scale, (mg) => { plan.scale = mg / plan.mg; });
      }
      if (plan.dur_h !== null) {
        slider(field, plan, "duration", "infusion time [min]", 1, Math.max(240, 240 * plan.dur_h), 1,
          () => plan.dur_h * 60, (min) => { plan.dur_h = min / 60; });
      }
      slider(field, plan, "start", "start [min]", 0, Math.max(60, DATA.span_h * 60), 1,
        () => plan.shift_h * 60, (min) => { plan.shift_h = min / 60; });
    }
    document.getElementById("plans").append(field);
  }

  document.getElementById("scale").addEventListener("click", (event) => {
    logarithmic = !logarithmic;
    event.currentTarget.setAttribute("aria-pressed", String(logarithmic));
    draw();
  });
  document.getElementById("metabolites").addEventListener("click", (event) => {
    metabolites = !metabolites;
    event.currentTarget.setAttribute("aria-pressed", String(metabolites));
    draw();
  });
  document.getElementById("reset").addEventListener("click", () => {
    for (const plan of DATA.plans) {
      Object.assign(plan, { scale: 1, shift_h: 0, dur_h: plan.given_dur_h });
      plan.restore.forEach((restore) => restore());
    }
    refresh();
  });
  window.addEventListener("resize", draw);
  window.ketapk = { level: (name, analyte, t) => level(DATA.plans.find((p) => p.name === name), analyte, t) };
  draw();
  writeNumbers();
})();
