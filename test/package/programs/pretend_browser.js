// Makes Node look like a browser to what is loaded after it.
globalThis.window = globalThis;
globalThis.document = {};
globalThis.process = undefined;
