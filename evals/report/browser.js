"use strict";
(async () => {
  const PAGE = 50;
  const at = (id) => document.getElementById(id);

  // Every text goes through textContent, so that nothing a model wrote can become markup.
  const make = (tag, text, kind) => {
    const element = document.createElement(tag);
    if (text !== undefined && text !== null) element.textContent = text;
    if (kind) element.className = kind;
    return element;
  };

  const unpack = async () => {
    const packed = Uint8Array.from(atob(at("items").textContent.trim()), (letter) => letter.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  };

  const verdict = (item) => (item.outcome !== "answered" ? item.outcome : item.value === 1 ? "right" : item.value === 0 ? "wrong" : "partly right");

  const body = (item) => {
    const box = make("div");
    box.append(make("p", item.question, "text"));
    const letters = Object.keys(item.options);
    if (letters.length) {
      const list = make("ul", null, "options");
      for (const letter of letters) {
        const marks = [item.gold.includes(letter) ? "right" : "", item.answer === letter ? "chosen" : ""].filter(Boolean).join(", ");
        list.append(make("li", `${letter}. ${item.options[letter]}${marks ? ` (${marks})` : ""}`, item.gold.includes(letter) ? "right" : item.answer === letter ? "wrong" : ""));
      }
      box.append(list);
    } else {
      box.append(make("p", `Expected: ${item.gold.join("; ")}`));
    }
    box.append(make("p", `${item.outcome}: ${item.reason}`, "soft"));
    const spent = [];
    if (item.confidence !== null) spent.push(`stated confidence ${item.confidence}`);
    if (item.calls) spent.push(`${item.calls} calls, ${item.tokens} tokens`);
    for (const [name, value] of Object.entries(item.facets)) spent.push(`${name.replaceAll("_", " ")}: ${value}`);
    if (spent.length) box.append(make("p", spent.join(" · "), "soft"));
    item.rounds.forEach((round, number) => {
      box.append(make("p", `Round ${number + 1}, ${round.new_passages} new passages: ${round.queries.join(" | ")}`, "soft"));
    });
    for (const claim of item.claims) {
      box.append(make("p", `${claim.text} [${claim.verdict}]`, claim.verdict === "supported" ? "" : "wrong"));
      for (const [passage, quote] of claim.quotes) box.append(make("blockquote", `${quote} (${passage})`));
    }
    if (item.text) {
      box.append(make("h3", "What was written"), make("div", item.text, "text"));
    }
    for (const warning of item.warnings) box.append(make("p", warning, "warning"));
    for (const reference of item.references) {
      const about = [reference.organisation, reference.title, reference.year].filter(Boolean).join(", ");
      const passage = make("details");
      passage.append(make("summary", `[${reference.number}] ${about}${reference.retracted ? " (RETRACTED)" : ""}`), make("div", reference.text, "text"));
      box.append(passage);
    }
    return box;
  };

  const row = (item) => {
    const details = make("details", null, "item");
    const summary = make("summary");
    const found = verdict(item);
    summary.append(make("span", found, `badge ${found === "right" ? "right" : "wrong"}`), make("span", `${item.id} `, "soft"), item.question.slice(0, 160));
    details.append(summary);
    details.addEventListener("toggle", () => { if (details.open && details.childElementCount === 1) details.append(body(item)); });
    return details;
  };

  const fill = (select, values) => {
    for (const value of ["all", ...values]) select.append(make("option", value));
  };

  let items;
  try {
    items = await unpack();
  } catch (error) {
    at("count").textContent = `This browser cannot show the single items (${error.message}); every figure above stands.`;
    return;
  }
  const search = items.map((item) => [item.id, item.question, item.text, item.reason, ...Object.values(item.options), ...item.claims.map((claim) => claim.text)].join("\n").toLowerCase());
  fill(at("outcome"), [...new Set(items.map((item) => item.outcome))].sort());
  fill(at("value"), [...new Set(items.map(verdict))].sort());
  fill(at("facet"), [...new Set(items.flatMap((item) => Object.entries(item.facets).map(([name, value]) => `${name}: ${value}`)))].sort());

  let shown = [];
  let upTo = 0;
  const more = () => {
    at("list").append(...shown.slice(upTo, upTo + PAGE).map(row));
    upTo += PAGE;
    at("more").hidden = upTo >= shown.length;
  };
  const apply = () => {
    const words = at("words").value.toLowerCase().split(/\s+/).filter(Boolean);
    const [outcome, value, facet] = ["outcome", "value", "facet"].map((id) => at(id).value);
    shown = items.filter((item, index) =>
      (outcome === "all" || item.outcome === outcome) &&
      (value === "all" || verdict(item) === value) &&
      (facet === "all" || Object.entries(item.facets).some(([name, held]) => `${name}: ${held}` === facet)) &&
      words.every((word) => search[index].includes(word)));
    at("count").textContent = `${shown.length} of ${items.length} items`;
    at("list").replaceChildren();
    upTo = 0;
    more();
  };
  at("filters").addEventListener("input", apply);
  at("filters").addEventListener("submit", (event) => event.preventDefault());
  at("more").addEventListener("click", more);
  apply();
})();
