"use strict";

(() => {
  const findings = [...document.querySelectorAll(".finding")];
  const main = document.getElementById("findings");
  const filter = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const severities = [...document.querySelectorAll("input[name=severity]")];
  const groupings = [...document.querySelectorAll("input[name=group]")];
  const words = new Map();

  function wordsOf(finding) {
    if (!words.has(finding)) {
      words.set(finding, finding.textContent.toLowerCase());
    }
    return words.get(finding);
  }

  function apply() {
    const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = new Set(severities.filter((box) => box.checked).map((box) => box.value));
    let count = 0;
    for (const finding of findings) {
      const isShown = chosen.has(finding.dataset.severity) && wanted.every((word) => wordsOf(finding).includes(word));
      finding.hidden = !isShown;
      count += isShown ? 1 : 0;
    }
    for (const group of main.querySelectorAll(".group")) {
      group.hidden = group.querySelector(".finding:not([hidden])") === null;
    }
    shown.textContent = `${count} of ${findings.length} shown`;
  }

  // Findings change their places, nothing is made anew: no text of anybody is ever read as HTML here.
  function regroup(kind) {
    const groups = new Map();
    for (const finding of findings) {
      const key = finding.dataset[kind];
      if (!groups.has(key)) {
        const group = document.createElement("section");
        const title = document.createElement("h2");
        group.className = "group";
        group.id = `${kind}-${key}`;
        title.textContent = document.getElementById(`list-${kind}-${key}`).textContent;
        group.append(title);
        groups.set(key, group);
      }
      groups.get(key).append(finding);
    }
    const sorted = [...groups.keys()].sort((one, other) => Number(one) - Number(other));
    main.replaceChildren(...sorted.map((key) => groups.get(key)));
    apply();
  }

  function open(event) {
    const link = event.target.closest("a[data-group]");
    if (link === null) {
      return;
    }
    event.preventDefault();
    filter.value = "";
    for (const box of severities) {
      box.checked = true;
    }
    for (const choice of groupings) {
      choice.checked = choice.value === link.dataset.group;
    }
    regroup(link.dataset.group);
    document.getElementById(link.hash.slice(1)).scrollIntoView();
  }

  if (findings.length > 0) {
    document.getElementById("tools").hidden = false;
    document.getElementById("lists").addEventListener("click", open);
    filter.addEventListener("input", apply);
    severities.forEach((box) => box.addEventListener("change", apply));
    groupings.forEach((choice) => choice.addEventListener("change", () => regroup(choice.value)));
    // What a browser remembers of the form across a reload.
    regroup(groupings.find((choice) => choice.checked).value);
  }
})();
