export interface LogLine {
  time: number;
  level: string;
  text: string;
}

export interface FilterOptions {
  /** Regular expressions; a line that matches one of them is dropped. */
  exclude: string[];
}

export function filterLines(lines: LogLine[], options: FilterOptions): LogLine[] {
  const excluded = options.exclude.map((source) => new RegExp(source, "i"));
  return lines.filter((line) => !excluded.some((pattern) => pattern.test(line.text)));
}
