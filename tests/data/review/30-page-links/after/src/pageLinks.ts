export type PageLink = number | "gap";

/**
 * Pages to link to: up to `span` on either side of the current one, the first
 * and the last page, and a gap where pages are left out. A page number from an
 * old bookmark may lie outside the list; the nearest page is shown then.
 */
export function pageLinks(current: number, total: number, span = 2): PageLink[] {
  if (total < 1) return [];
  const shown = Math.min(Math.max(current, 1), total);
  const from = Math.max(1, shown - span);
  const to = Math.min(total, shown + span);
  const links: PageLink[] = [];
  if (from > 1) links.push(1);
  if (from > 2) links.push("gap");
  for (let page = from; page <= to; page++) {
    links.push(page);
  }
  if (to < total - 1) links.push("gap");
  if (to < total) links.push(total);
  return links;
}
