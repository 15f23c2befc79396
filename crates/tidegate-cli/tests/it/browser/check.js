// What is wrong with the page, as a list of sentences. Run in the page by the tests.
(() => {
  const faults = [];
  const shown = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true, opacityProperty: true, visibilityProperty: true })
    && element.getClientRects().length > 0;
  const what = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 110);
  const all = (selector, scope = document) => [...scope.querySelectorAll(selector)];

  // What a screen reader goes by.
  if (!/ · Tidegate$/.test(document.title) || /^ · /.test(document.title)) faults.push(`its title is "${document.title}"`);
  if (!document.documentElement.lang) faults.push("it has no language");
  for (const [name, selector] of [["main part", "main"], ["heading of the first rank", "h1:not(.prose h1)"], ["search in its head", "header [role=search]"], ["skip link", "a.skip[href='#main']"]]) {
    const there = all(selector).length;
    if (there !== 1) faults.push(`it has ${there} times a ${name}`);
  }
  const navs = all("nav");
  if (!navs.length) faults.push("it has no navigation");
  const names = navs.map((nav) => nav.getAttribute("aria-label"));
  if (names.some((name) => !name) || new Set(names).size !== names.length) faults.push(`its navigations are called ${JSON.stringify(names)}`);
  const ids = all("[id]").map((element) => element.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) faults.push(`the id ${id} is there more than once`);
  let rank = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6").filter((heading) => !heading.closest(".prose"))) {
    const its = Number(heading.tagName[1]);
    if (its > rank + 1) faults.push(`after a heading of rank ${rank} comes ${what(heading)}`);
    rank = its;
  }
  for (const input of all("input:not([type=hidden]), select, textarea")) {
    const label = input.labels?.length ? input.labels[0].textContent : input.getAttribute("aria-label") ?? input.getAttribute("aria-labelledby");
    if (!label?.trim()) faults.push(`an input has no label: ${what(input)}`);
  }
  for (const button of all("button, a[href], summary")) {
    if (shown(button) && !(button.textContent.trim() || button.getAttribute("aria-label"))) faults.push(`it says nothing: ${what(button)}`);
  }
  for (const image of all("img:not([alt])")) faults.push(`an image has no text: ${what(image)}`);
  for (const element of all("[tabindex]")) if (element.tabIndex > 0) faults.push(`it jumps the queue: ${what(element)}`);
  for (const element of all("[aria-controls], [aria-describedby], [aria-labelledby]")) {
    for (const name of ["aria-controls", "aria-describedby", "aria-labelledby"]) {
      for (const id of (element.getAttribute(name) ?? "").split(" ").filter(Boolean)) if (!document.getElementById(id)) faults.push(`${name} names ${id}, which is not there: ${what(element)}`);
    }
  }

  // Nothing is wider than the window.
  if (document.documentElement.scrollWidth > innerWidth) {
    const wide = all("body *").filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !element.parentElement.closest("svg"));
    faults.push(`it is ${document.documentElement.scrollWidth} wide of ${innerWidth}: ${wide.slice(0, 3).map(what).join(" ")}`);
  }

  // Text is 4.5 times as light as its ground, or as dark; large text 3 times.
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const layer = rgba(getComputedStyle(at).backgroundColor);
      if (layer[3] > 0) layers.push(layer);
      if (layer[3] === 1) break;
    }
    return layers.reverse().reduce((under, layer) => over(layer, under), rgba("canvas"));
  };
  const light = ([r, g, b]) => {
    const [R, G, B] = [r, g, b].map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * R + 0.7152 * G + 0.0722 * B;
  };
  const ratio = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || seen.has(element) || /^(TITLE|DESC|STYLE|SCRIPT|OPTION)$/i.test(element.tagName) || !shown(element)) continue;
    seen.add(element);
    if (element.closest("[disabled], .sr, .skip")) continue;
    const style = getComputedStyle(element), drawn = element instanceof SVGElement;
    // What stands on a mark of a state is on that colour, not on the page.
    if (drawn && (style.fill === "none" || element.matches(".in, .halo"))) continue;
    let opacity = 1;
    for (let at = element; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
    const below = ground(drawn ? element.closest("svg").parentElement : element);
    const ink = rgba(drawn ? style.fill : style.color);
    ink[3] *= opacity;
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const contrast = ratio(over(ink, below), below);
    if (contrast < (large ? 3 : 4.5) - 0.005) faults.push(`it is hard to read (${contrast.toFixed(2)}, ${drawn ? style.fill : style.color} on ${below.slice(0, 3).map(Math.round)}): ${what(element)}`);
  }
  return faults;
})()
