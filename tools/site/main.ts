import { rmSync } from 'node:fs';
import { GENERATED } from './addresses.js';
import { makeAPI } from './api.js';
import { copyWasm } from './assets.js';
import { makeDigits } from './digits.js';
import { makePages } from './pages.js';

// Makes the pages of the site that come from the Markdown files and the doc comments.
rmSync(GENERATED, { recursive: true, force: true });
copyWasm();
await makeDigits();
makePages();
await makeAPI();
