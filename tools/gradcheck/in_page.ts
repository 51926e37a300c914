/** The script of the page that Chromium opens as `?BACKEND`. */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { checkAll } from './rows.js';
import type { Row } from './rows.js';

declare const tellRow: (row: Row) => void;
declare const tellEnd: (problem?: string) => void;
declare const location: { readonly search: string };

checkAll(location.search.slice(1), (row) => tellRow(row)).then(
  () => tellEnd(),
  (error: unknown) => tellEnd(String(error)),
);
