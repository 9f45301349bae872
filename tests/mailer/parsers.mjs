// Reads a JSON list of calendars from standard input; prints what ical.js and node-ical make of each, as JSON.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";
import nodeIcal from "node-ical";

const FAR = { from: new Date("2000-01-01T00:00:00Z"), to: new Date("2100-01-01T00:00:00Z") };

const iso = (/** @type {Date} */ date) => date.toISOString().replace(".000Z", "Z");

const text = (/** @type {any} */ value) => (value && typeof value === "object" ? value.val : value) ?? "";

function byIcalJs(/** @type {string} */ source) {
  const calendar = new ICAL.Component(ICAL.parse(source));
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  const parts = calendar.getAllSubcomponents("vevent");
  const first = parts.find((part) => !part.hasProperty("recurrence-id")) ?? parts[0];
  const event = new ICAL.Event(first, { exceptions: parts.filter((part) => part !== first) });
  const starts = [];
  if (event.isRecurring()) {
    const walk = event.iterator();
    for (let next = walk.next(); next; next = walk.next()) {
      starts.push(iso(event.getOccurrenceDetails(next).startDate.toJSDate()));
    }
  } else {
    starts.push(iso(event.startDate.toJSDate()));
  }
  const attendee = first.getFirstProperty("attendee");
  return {
    method: calendar.getFirstPropertyValue("method"), uid: event.uid, sequence: event.sequence ?? 0,
    status: first.getFirstPropertyValue("status"), summary: event.summary ?? "", place: event.location ?? "",
    description: event.description ?? "", starts: starts.sort(),
    seconds: event.endDate.toUnixTime() - event.startDate.toUnixTime(),
    attendee: attendee ? attendee.getFirstValue() : "", name: attendee?.getFirstParameter("cn") ?? "",
  };
}

function byNodeIcal(/** @type {string} */ source) {
  const found = Object.values(nodeIcal.sync.parseICS(source)).filter((one) => one && one.type === "VEVENT");
  const event = /** @type {any} */ (found[0]);
  const instances = nodeIcal.expandRecurringEvent(event, FAR);
  const attendee = [event.attendee].flat()[0];
  return {
    method: event.method, uid: event.uid, sequence: Number(event.sequence ?? 0), status: event.status,
    summary: text(event.summary), place: text(event.location), description: text(event.description),
    starts: (event.recurrenceid && !event.rrule ? [event.start] : instances.map((one) => one.start)).map(iso).sort(),
    seconds: (event.end.getTime() - event.start.getTime()) / 1000,
    attendee: text(attendee), name: (attendee?.params?.CN ?? "").replace(/^"|"$/g, ""),
  };
}

const attempt = (/** @type {(source: string) => object} */ read, /** @type {string} */ source) => {
  try {
    return read(source);
  } catch (error) {
    return { error: String(error) };
  }
};
const sources = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(
  JSON.stringify(sources.map((/** @type {string} */ one) => [attempt(byIcalJs, one), attempt(byNodeIcal, one)])),
);
