"use strict";

const DAY = 24 * 60;

/** First index whose value is not less than the target. */
function lowerBound(values, target) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (values[mid] < target) low = mid + 1;
    else high = mid;
  }
  return low;
}

/** The departures at one stop; the timetable is the same every day. */
class Timetable {
  constructor(departures) {
    this.departures = [...departures].sort((a, b) => a.minute - b.minute);
    this.minutes = this.departures.map((departure) => departure.minute);
  }

  /** Next departure at or after a minute of the day (0 to 1439), and the wait. */
  next(minute) {
    if (this.departures.length === 0) return null;
    const departure = this.departures[lowerBound(this.minutes, minute)];
    const wait = (departure.minute - minute + DAY) % DAY;
    return { ...departure, wait };
  }
}

module.exports = { Timetable };
