// What is wrong with how a page is laid out: rules that hold at any width and in any theme, so that
// a style that is lost or broken is told without comparing pixels.

// A sentence for each fault, the element first. Empty when all is well.
export function faultsOf(page) {
  return page.evaluate(look);
}

// In the page.
function look() {
  const faults = [];
  const named = (element) => {
    const classes = [...element.classList].join('.');
    const text = element.textContent.trim().replace(/\s+/g, ' ').slice(0, 40);
    return `${element.localName}${classes && `.${classes}`} “${text}”`;
  };
  const fault = (element, what) => faults.push(`${named(element)}: ${what}`);
  const styled = (element) => getComputedStyle(element);
  const box = (element) => element.getBoundingClientRect();
  const isShown = (element) => {
    const { width, height } = box(element);
    return width > 1 && height > 1 && element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  };
  const shown = (selector, within = document) => [...within.querySelectorAll(selector)].filter(isShown);
  const isHiddenForEyes = (element) => element.closest('.visually-hidden, .skip, [popover]:not(:popover-open), dialog:not([open])');
  const scrolls = (element) => /auto|scroll/.test(styled(element).overflowX);

  const width = document.documentElement.clientWidth;
  const sideways = document.documentElement.scrollWidth - width;
  if (sideways > 0) faults.push(`the page scrolls sideways by ${sideways} px`);

  // The styles and the font are there.
  if (!styled(document.body).fontFamily.includes('Geist')) fault(document.body, `the font is ${styled(document.body).fontFamily}`);
  for (const sheet of shown('.sheet')) {
    if (styled(sheet).borderTopWidth === '0px' || parseFloat(styled(sheet).borderTopLeftRadius) < 4) fault(sheet, 'has no frame');
  }
  for (const icon of shown('.icon')) {
    const { width: wide, height: high } = box(icon);
    if (wide > 40 || high > 40 || wide < 8) fault(icon.parentElement, `its icon is ${wide} by ${high} px`);
    const { content, fontFamily, fontStyle, color } = getComputedStyle(icon, '::before');
    if (fontStyle !== 'normal') fault(icon.parentElement, `its icon ${icon.className} is slanted`);
    if (!/^"[\ue000-\uf8ff]"/.test(content) || fontFamily !== 'icons') fault(icon.parentElement, `its icon ${icon.className} has no glyph`);
    if (color === 'rgba(0, 0, 0, 0)') fault(icon.parentElement, `its icon ${icon.className} has no colour`);
  }

  // Nothing leaves the window or is cut without saying so.
  for (const element of shown('main *, header *, aside *')) {
    if (isHiddenForEyes(element)) continue;
    let hides = false;
    for (let around = element; around && around !== document.body; around = around.parentElement) {
      hides ||= scrolls(around) || styled(around).textOverflow === 'ellipsis' || around.matches('.cut');
    }
    const { left, right } = box(element);
    if (!hides && (left < -1 || right > width + 1)) fault(element, `reaches from ${left} to ${right} in a window of ${width} px`);
    const isCut = element.scrollWidth > element.clientWidth + 1 && element.childElementCount === 0 && styled(element).overflowX !== 'visible';
    const leaves = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0 && element.childElementCount === 0;
    if (leaves && !hides && !isCut) fault(element, `its text is ${element.scrollWidth} px wide and leaves ${element.clientWidth}`);
    if (isCut && !hides) fault(element, `its text is ${element.scrollWidth} px wide in ${element.clientWidth}`);
  }

  // Neighbours do not lie on one another.
  for (const around of shown('header, .topbar-end, .page-head, .toolbar, .filters, .tally, .group-bar, .url-line, .row-line, .row, .note, .facts, .context-head, .drawer, .drawer-head, .dialog-head, .dialog-foot')) {
    const parts = [...around.children].filter((part) => isShown(part) && !isHiddenForEyes(part) && !['absolute', 'fixed', 'sticky'].includes(styled(part).position));
    for (const [at, one] of parts.entries()) {
      for (const other of parts.slice(at + 1)) {
        const [a, b] = [box(one), box(other)];
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 1.5 && high > 1.5) fault(one, `lies on ${named(other)} by ${wide.toFixed(0)} × ${high.toFixed(0)} px`);
      }
    }
  }

  // Heads of groups are as wide as their sheet.
  for (const bar of shown('.group-bar')) {
    const missing = box(bar.closest('.sheet')).right - box(bar).right;
    if (missing > 16) fault(bar, `ends ${missing} px before its sheet`);
  }

  // A table's columns stand below their heads; a plain row is one or two lines high.
  for (const table of shown('table.endpoints')) {
    const heads = shown('thead th', table);
    if (heads.length === 0) continue;
    const places = new Map(heads.map((head) => [[...head.classList].find((name) => name.startsWith('c-')), box(head).left]));
    for (const cell of shown('tr.row > *', table)) {
      const column = [...cell.classList].find((name) => name.startsWith('c-'));
      const place = places.get(column);
      if (place !== undefined && Math.abs(box(cell).left - place) > 1) fault(cell, `stands at ${box(cell).left}, its head at ${place}`);
    }
    for (const row of shown('tr.row', table)) {
      const isPlain = !row.querySelector('.why, details, .note') && row.querySelectorAll('.url-line').length === 1;
      // Grouped by context or owner, the cluster's name stands below the port.
      if (isPlain && box(row).height > 68) fault(row, `is ${box(row).height} px high`);
    }
  }

  // What can be pressed can be hit: WCAG 2.2, 2.5.8.
  for (const target of shown('button, select, input, summary, a.btn, a.nav-link')) {
    if (isHiddenForEyes(target)) continue;
    const { width: wide, height: high } = box(target);
    if (wide < 24 || high < 24) fault(target, `is ${wide.toFixed(0)} by ${high.toFixed(0)} px, too small to hit`);
  }
  return [...new Set(faults)].slice(0, 20);
}
