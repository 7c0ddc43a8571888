/** Numbers of the pages to link to, up to `span` on either side of the current one. */
export function pageLinks(current: number, total: number, span = 2): number[] {
  const links: number[] = [];
  for (let page = 1; page <= total; page++) {
    if (Math.abs(page - current) <= span) links.push(page);
  }
  return links;
}
