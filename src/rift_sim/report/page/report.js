"use strict";
(() => {
  const content = JSON.parse(document.getElementById("content").textContent);
  const drawn = new Map();

  const draw = (place) => {
    const name = place.dataset.chart;
    if (!drawn.has(name)) {
      drawn.set(name, Bokeh.embed.embed_item(content.charts[name], place.id));
    }
    return drawn.get(name);
  };

  // What is folded away is drawn when it is opened, so that the page is there at once.
  const folded = (place) => place.closest("details:not([open])") !== null;
  const places = [...document.querySelectorAll("[data-chart]")];
  for (const box of document.querySelectorAll("details")) {
    box.addEventListener("toggle", () => {
      if (box.open) box.querySelectorAll("[data-chart]").forEach(draw);
    });
  }

  const write = (value) => {
    const size = Math.abs(value);
    const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
    return value.toLocaleString("en-US", {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  };

  let mapStarted = false;
  const startMap = async () => {
    const map = content.map;
    if (map === null || mapStarted) return;
    mapStarted = true;
    await Bokeh.embed.embed_items(map.documents, [map.item]);
    const own = Bokeh.documents.find((one) => one.get_model_by_name("places") !== null);
    const source = own.get_model_by_name("places");
    const colors = own.get_model_by_name("colors");
    const month = document.getElementById("month");
    const layer = document.getElementById("layer");
    const body = document.querySelector("#places tbody");
    const cells = map.names.map((name) => {
      const row = body.insertRow();
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = name;
      row.append(head);
      return content.map.layers[0].values.map(() => row.insertCell());
    });
    const now = [...document.querySelectorAll("#now tbody tr")].map((row) => [
      ...row.querySelectorAll("[data-now]"),
    ]);

    const show = () => {
      const at = Number(month.value);
      const shown = map.layers[Number(layer.value)];
      const values = shown.values.map((scenario) => scenario[at]);
      const columns = Object.fromEntries(values.map((column, k) => [`v${k}`, column]));
      colors.high = shown.top;
      source.data = { ...source.data, ...columns };
      document.getElementById("period").textContent = shown.periods[at];
      document.getElementById("now-month").textContent = content.months[at];
      document.getElementById("unit").textContent = shown.unit;
      [...document.getElementById("marks").children].forEach((mark, k) => {
        mark.textContent = shown.ramp[k];
      });
      month.setAttribute("aria-valuetext", shown.periods[at]);
      values.forEach((column, k) => {
        column.forEach((value, place) => (cells[place][k].textContent = write(value)));
        const order = column.map((_, place) => place).sort((a, b) => column[b] - column[a]);
        document.getElementById(`highest-${k}`).textContent =
          "Highest: " + order.slice(0, 3).map((p) => `${map.names[p]} ${write(column[p])}`).join(", ");
      });
      now.forEach((row, series) => {
        row.forEach((cell, k) => {
          const [middle, low, high] = content.now[series][k].map((band) => write(band[at]));
          cell.textContent = `${middle} (${low} to ${high})`;
        });
      });
    };
    month.addEventListener("input", show);
    layer.addEventListener("change", show);
    show();
  };

  // One chart after the other from the top, so that the page answers while the rest is drawn.
  const start = async () => {
    for (const place of places.filter((one) => !folded(one))) {
      if (place.closest("#differences") !== null) await startMap();
      await draw(place);
      await new Promise((next) => setTimeout(next));
    }
    await startMap();
    document.documentElement.dataset.drawn = String(Math.round(performance.now()));
  };
  start();
})();
