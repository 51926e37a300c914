/** A number or a short text that summarizes the run. */
export interface ReportSummary {
  readonly label: string;
  readonly value: string | number;
  /** A line below, in small print. */
  readonly note?: string;
}

/** One line of a chart. */
export interface ReportSeries {
  readonly name: string;
  readonly x: readonly number[];
  /** The values, one for each of `x`; null and numbers that are not finite leave a gap. */
  readonly y: readonly (number | null)[];
}

/** One chart. */
export interface ReportCurve {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Whether the y axis is logarithmic; values that are not positive leave a gap. Default false. */
  readonly logarithmic?: boolean;
  readonly series: readonly ReportSeries[];
}

/** One picture of the time line. */
export interface ReportFrame {
  readonly caption: string;
  /** The bytes of a PNG file, as from `encodePNG`. */
  readonly png: Uint8Array;
}

/** One table; columns of numbers are aligned to the right. */
export interface ReportTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** The content of a report. Everything except the title may be missing, as after an early Ctrl-C. */
export interface RunReport {
  readonly title: string;
  readonly subtitle?: string;
  readonly summary?: readonly ReportSummary[];
  readonly curves?: readonly ReportCurve[];
  readonly timeline?: readonly ReportFrame[];
  readonly tables?: readonly ReportTable[];
  readonly configuration?: Readonly<Record<string, string>>;
  readonly notes?: readonly string[];
}
