const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
/** Between a number and its unit, so that a line never breaks there. */
const space = '\u00a0';

/** Numbers in the person's language. The units s, min and h are the same in all of them. */
export class Formats {
  private readonly whole: Intl.NumberFormat;
  private readonly percents: Intl.NumberFormat;
  private readonly tenths: Intl.NumberFormat;
  private readonly dollarsAndCents: Intl.NumberFormat;
  private readonly smallDollars: Intl.NumberFormat;

  /** `locale` is BCP 47; one that the browser does not know counts as English. */
  constructor(locale: string) {
    const known = isKnownLocale(locale) ? locale : 'en';
    const dollars = {
      style: 'currency',
      currency: 'USD',
      currencyDisplay: 'narrowSymbol',
    } as const;
    this.whole = new Intl.NumberFormat(known, { maximumFractionDigits: 0 });
    this.percents = new Intl.NumberFormat(known, { style: 'percent', maximumFractionDigits: 0 });
    this.tenths = new Intl.NumberFormat(known, {
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    });
    this.dollarsAndCents = new Intl.NumberFormat(known, dollars);
    this.smallDollars = new Intl.NumberFormat(known, { ...dollars, maximumSignificantDigits: 2 });
  }

  /** `12 %` of 0.12, as the language writes it. */
  percent(share: number): string {
    return this.percents.format(share);
  }

  count(value: number): string {
    return this.whole.format(value);
  }

  /** Below a dollar, two digits that mean something; from there on, cents. */
  dollars(value: number): string {
    return (value > 0 && value < 1 ? this.smallDollars : this.dollarsAndCents).format(value);
  }

  /** `31 ms` below a tenth of a second, `3.2 s` below ten, then `12 s`, `1 min 5 s`, `2 h 3 min`. */
  duration(ms: number): string {
    const positive = Math.max(0, ms);
    if (positive < 100) return `${this.count(positive)}${space}ms`;
    // What would round up to ten is written without its tenths.
    if (positive < 10 * secondMs - 50) {
      return `${this.tenths.format(positive / secondMs)}${space}s`;
    }
    return this.wholeDuration(positive);
  }

  /** `310 ms` below ten seconds, then as {@link duration}: where single events are told apart. */
  milliseconds(ms: number): string {
    if (ms >= 10 * secondMs) return this.duration(ms);
    return `${ms < 10 ? this.tenths.format(ms) : this.count(ms)}${space}ms`;
  }

  /** As {@link duration}, without tenths: for figures that tick. Rounds down. */
  tickingDuration(ms: number): string {
    return this.wholeDuration(Math.floor(Math.max(0, ms) / secondMs) * secondMs);
  }

  private wholeDuration(ms: number): string {
    const seconds = Math.round(ms / secondMs);
    if (seconds < 60) return `${this.count(seconds)}${space}s`;
    const rounded = seconds * secondMs;
    const minutes = Math.floor((rounded % hourMs) / minuteMs);
    if (rounded < hourMs) {
      return `${this.count(minutes)}${space}min ${this.count(seconds % 60)}${space}s`;
    }
    return `${this.count(Math.floor(rounded / hourMs))}${space}h ${this.count(minutes)}${space}min`;
  }
}

function isKnownLocale(locale: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(locale).length > 0;
  } catch {
    // Not a language tag at all.
    return false;
  }
}
