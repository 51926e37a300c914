/** What JavaScript gave the GPU to do. */
export interface Commands {
  dispatches: number;
  submissions: number;
  /** The time at which the last submission returned, as of `performance.now()`. */
  submitted: number;
}

type Method = (...args: unknown[]) => unknown;
type Methods = Record<string, Method>;

/** A GPUDevice, of which this file calls only what it counts. */
export interface CountedDevice {
  readonly queue: object;
  createCommandEncoder(): { beginComputePass(): { end(): void }; finish(): unknown };
}

/**
 * Counts the commands of WebGPU itself, whatever code makes them: dispatches of compute passes, direct or indirect, and
 * submissions. The methods are replaced in the prototypes, once, so that counting costs no more than a call.
 */
export function countCommands(device: CountedDevice): Commands {
  const commands: Commands = { dispatches: 0, submissions: 0, submitted: 0 };
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const name of ['dispatchWorkgroups', 'dispatchWorkgroupsIndirect'])
    after(pass, name, () => commands.dispatches++);
  pass.end();
  encoder.finish();
  after(device.queue, 'submit', () => {
    commands.submissions++;
    commands.submitted = performance.now();
  });
  return commands;
}

/** Adds `then` to the end of a method that the prototype of an object has. */
function after(one: object, name: string, then: () => void): void {
  const methods = Object.getPrototypeOf(one) as Methods;
  const method = methods[name];
  if (method === undefined) return;
  methods[name] = function (this: unknown, ...args) {
    const result = method.apply(this, args);
    then();
    return result;
  };
}
