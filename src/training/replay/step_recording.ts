import type { Tensor } from '@tensorflow/tfjs-core';
import type {
  BufferManager,
  CommandEncoder,
  ComputePass,
  GPUMemory,
  Pipeline,
  WebGPUBackend,
} from '../../kernels/webgpu/runtime/webgpu_backend.js';
import type { BufferArena } from './buffer_arena.js';
import { hashOf } from './hash.js';
import { numberOf } from './pipeline_numbers.js';
import { overridden, replaceMembers } from './replaced_members.js';

/** A run of a program on the GPU. */
export interface Dispatch {
  readonly pipeline: Pipeline;
  readonly group: unknown;
  readonly size: readonly [x: number, y?: number | undefined, z?: number | undefined];
}

/** A copy from buffer to buffer. */
export interface Copy {
  readonly from: GPUMemory;
  readonly fromOffset: number;
  readonly to: GPUMemory;
  readonly toOffset: number;
  readonly bytes: number;
}

export type Command = Dispatch | Copy;

const STORAGE = 0x80;
const UNIFORM = 0x40;

/**
 * The commands of a step, noted while it runs.
 *
 * Buffers that the step takes stay the recording's: those of results go to an arena, from which the rest of the step
 * and other recordings of the system are served; those of uploads and of uniforms keep what was written to them.
 */
export class StepRecording {
  readonly commands: Command[] = [];
  /** A line for each command: program, size, and what it reads and writes. Equal lines mean equal commands. */
  readonly lines: string[] = [];
  /** Buffers with constants, uploads and uniforms. */
  readonly fixed: GPUMemory[] = [];
  /** Data from before the step that commands use, with its buffers, but for that of the state. */
  readonly outside: Map<object, GPUMemory> = new Map();
  /** Data that was made in the step. */
  private readonly made: object[] = [];
  private readonly names = new Map<GPUMemory, string>();
  private readonly dataOf = new Map<GPUMemory, object>();
  private readonly groups = new WeakMap<object, string>();
  /** Buffers of results that some data holds. */
  private readonly taken = new Set<GPUMemory>();

  constructor(
    private readonly backend: WebGPUBackend,
    private readonly arena: BufferArena,
    private readonly refuse: (why: string) => void,
  ) {}

  /** Names a buffer that is there before the step: of the batch, or of the state. */
  name(buffer: GPUMemory, name: string): void {
    this.names.set(buffer, name);
  }

  /** Names the buffer of an upload that later steps fill anew. */
  nameInput(x: Tensor, name: string): GPUMemory {
    const buffer = this.backend.tensorMap.get(x.dataId).resource!;
    this.names.set(buffer, name);
    return buffer;
  }

  /** Runs a step, and notes its commands; all of them are submitted when it returns. */
  record(step: () => void): void {
    const { backend } = this;
    flush(backend);
    const restore = this.listen();
    try {
      step();
    } finally {
      flush(backend);
      restore();
    }
  }

  /** Lists the data that was made in the step and is alive. */
  survivors(): object[] {
    return this.made.filter((dataId) => this.backend.tensorMap.has(dataId));
  }

  /**
   * Takes all buffers of the step over: data that is alive gets copies.
   *
   * @param encoder Receives the copies.
   */
  keep(encoder: CommandEncoder): void {
    const { backend } = this;
    for (const dataId of this.survivors()) {
      const data = backend.tensorMap.get(dataId);
      const buffer = data.resource;
      if (buffer === null || buffer === undefined) continue;
      const isTaken = this.taken.delete(buffer);
      if (!isTaken && !this.fixed.includes(buffer)) continue;
      data.resource = backend.bufferManager.acquireBuffer(buffer.size, buffer.usage);
      encoder.copyBufferToBuffer(buffer, 0, data.resource, 0, buffer.size);
      if (isTaken) this.arena.give(buffer);
    }
  }

  /**
   * Gives up the recording; data that is alive gets copies, since other recordings use the buffers of the arena.
   *
   * @param submitted Runs a function with an encoder, whose commands are then submitted.
   */
  discard(submitted: (fn: (encoder: CommandEncoder) => void) => void): void {
    submitted((encoder) => this.keep(encoder));
    for (const buffer of this.fixed) this.backend.bufferManager.releaseBuffer(buffer);
  }

  /** Replaces what leads to the GPU by what notes it first; returns the way back. */
  private listen(): () => void {
    const { backend } = this;
    const { device, queue } = backend;
    const stock = {
      read: backend.read.bind(backend),
      readSync: backend.readSync.bind(backend),
      write: backend.write.bind(backend),
      uploadToGPU: backend.uploadToGPU.bind(backend),
      tensorToBinding: backend.tensorToBinding.bind(backend),
    };
    const refuseToRead =
      <T>(read: (dataId: object) => T) =>
      (dataId: object): T => {
        this.refuse('a number is read from the GPU');
        return read(dataId);
      };
    const restore = [
      replaceMembers(backend.bufferManager, this.buffers(backend.bufferManager)),
      replaceMembers(backend, {
        device: overridden(device, {
          createCommandEncoder: () => this.encoder(device.createCommandEncoder()),
          createBindGroup: (descriptor: GroupDescriptor) => {
            const group = device.createBindGroup(descriptor) as object;
            this.groups.set(group, this.operands(descriptor));
            return group;
          },
        }),
        queue: overridden(queue, {
          writeBuffer: (to: GPUMemory, offset: number, data: ArrayBuffer, ...rest: number[]) => {
            this.names.set(to, `u${hashOf(data)}`);
            (queue.writeBuffer as (...args: unknown[]) => void).call(
              queue,
              to,
              offset,
              data,
              ...rest,
            );
          },
        }),
        read: refuseToRead(stock.read),
        readSync: refuseToRead(stock.readSync),
        write: (...args: Parameters<WebGPUBackend['write']>) => {
          const dataId = stock.write(...args);
          this.made.push(dataId);
          return dataId;
        },
        uploadToGPU: (dataId: object) => this.upload(dataId, stock.uploadToGPU),
        tensorToBinding: (tensor: Tensor) => {
          const binding = stock.tensorToBinding(tensor) as Binding;
          if (binding.buffer !== undefined) this.dataOf.set(binding.buffer, tensor.dataId);
          return binding;
        },
      }),
    ];
    return () => restore.forEach((one) => one());
  }

  private upload(dataId: object, stock: (dataId: object) => void): void {
    const data = this.backend.tensorMap.get(dataId);
    const values = data.resource === null || data.resource === undefined ? data.values : undefined;
    stock(dataId);
    if (values !== undefined && values !== null)
      this.names.set(data.resource!, `c${hashOf(values as ArrayLike<number>)}`);
  }

  /** Makes the methods of the buffer manager during the step. */
  private buffers(manager: BufferManager): Pick<BufferManager, 'acquireBuffer' | 'releaseBuffer'> {
    const acquire = manager.acquireBuffer.bind(manager);
    const release = manager.releaseBuffer.bind(manager);
    const kept = new Set<GPUMemory>();
    return {
      acquireBuffer: (size, usage, mapped, reuse) => {
        const isFixed = mapped === true || (usage & UNIFORM) !== 0;
        if ((usage & (STORAGE | UNIFORM)) === 0) return acquire(size, usage, mapped, reuse);
        const buffer = isFixed
          ? acquire(size, usage, mapped, false)
          : (this.arena.take(size, usage) ?? acquire(size, usage));
        if (isFixed) {
          // tfjs's manager cannot take a buffer back whose list is not there
          const key = `${size}_${usage}`;
          if (!manager.freeBuffers.has(key)) manager.freeBuffers.set(key, []);
          kept.add(buffer);
          this.fixed.push(buffer);
        } else {
          this.taken.add(buffer);
          this.names.set(buffer, `a${this.lines.length}.${this.made.length}`);
        }
        return buffer;
      },
      releaseBuffer: (buffer, reuse) => {
        if (kept.has(buffer)) return;
        if (this.taken.delete(buffer)) this.arena.give(buffer);
        else release(buffer, reuse);
      },
    };
  }

  private operands({ entries }: GroupDescriptor): string {
    return entries.map(({ resource }) => this.operand(resource)).join(' ');
  }

  private operand({ buffer }: Binding): string {
    if (buffer === undefined) {
      this.refuse('a texture is used');
      return 'texture';
    }
    const name = this.names.get(buffer);
    if (name !== undefined) return name;
    const dataId = this.dataOf.get(buffer);
    if (dataId === undefined) {
      this.refuse('a buffer is used that belongs to no tensor');
      return 'buffer';
    }
    this.outside.set(dataId, buffer);
    return `x${(dataId as { id: number }).id}`;
  }

  private encoder(stock: CommandEncoder): CommandEncoder {
    return overridden(stock, {
      beginComputePass: (descriptor?: object) => {
        if (descriptor !== undefined && 'timestampWrites' in descriptor)
          this.refuse('its kernels are timed');
        return this.pass(stock.beginComputePass(descriptor));
      },
      copyBufferToBuffer: (
        from: GPUMemory,
        fromOffset: number,
        to: GPUMemory,
        toOffset: number,
        bytes: number,
      ) => {
        stock.copyBufferToBuffer(from, fromOffset, to, toOffset, bytes);
        this.commands.push({ from, fromOffset, to, toOffset, bytes });
        const ends = [from, to].map((buffer) => this.operand({ buffer }));
        this.lines.push(`copy ${ends.join(' ')} ${fromOffset} ${toOffset} ${bytes}`);
      },
      copyBufferToTexture: (...args: unknown[]) => {
        this.refuse('a texture is used');
        (stock as unknown as Record<string, (...args: unknown[]) => void>)['copyBufferToTexture']!(
          ...args,
        );
      },
    });
  }

  private pass(stock: ComputePass): ComputePass {
    let pipeline: Pipeline;
    let group: object;
    return {
      setPipeline: (next) => stock.setPipeline((pipeline = next)),
      setBindGroup: (index, next) => stock.setBindGroup(index, (group = next as object)),
      dispatchWorkgroups: (...size) => {
        stock.dispatchWorkgroups(...size);
        this.commands.push({ pipeline, group, size });
        this.lines.push(`run ${numberOf(pipeline)} ${size.join()} ${this.groups.get(group)}`);
      },
      end: () => stock.end(),
    };
  }
}

interface Binding {
  readonly buffer?: GPUMemory;
}
interface GroupDescriptor {
  readonly entries: readonly { readonly resource: Binding }[];
}

/** Submits the commands that wait. */
export function flush(backend: WebGPUBackend): void {
  backend.endComputePassEncoder();
  if (backend.commandEncoder !== null) backend.submitQueue();
}
