export interface LogLine {
  time: number;
  level: string;
  text: string;
}

export interface FilterOptions {
  /** Regular expressions; a line that matches one of them is dropped. */
  exclude: string[];
  /** Unless empty, only lines that match one of these are kept. */
  include?: string[];
}

function matchesAny(text: string, sources: string[]): boolean {
  return sources.some((source) => new RegExp(source, "i").test(text));
}

export function filterLines(lines: LogLine[], options: FilterOptions): LogLine[] {
  const { exclude, include = [] } = options;
  return lines.filter((line) => {
    if (include.length > 0 && !matchesAny(line.text, include)) {
      return false;
    }
    return !matchesAny(line.text, exclude);
  });
}
