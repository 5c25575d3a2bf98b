/** Loaded into the app before everything else: its wall clock is off by as many milliseconds as the file says. */
import { readFileSync } from 'node:fs';

const file = process.env['CLOCK_FILE'] ?? '';
const RealDate = Date;
let shift = 0;

function read() {
  shift = Number(readFileSync(file, 'utf8'));
}

read();
setInterval(read, 20).unref();

class ShiftedDate extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + shift);
    else super(...args);
  }
  static now() {
    return RealDate.now() + shift;
  }
}

globalThis.Date = ShiftedDate;
