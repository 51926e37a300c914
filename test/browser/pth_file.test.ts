import type { Tensor } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { userEvent } from 'vitest/browser';
import { loadStateDict } from '../../src/io/pytorch/load_state_dict.js';
import { readPth } from '../../src/io/pytorch/read_pth.js';
import { useBackend } from '../helpers/backends.js';
import { imageOf, modelOf, network } from '../io/pytorch/reference_networks.js';

/** The page's part that the test touches; the sources are compiled without the DOM. */
interface FileInput {
  type: string;
  readonly files: readonly Blob[];
  addEventListener(event: 'change', listener: () => void): void;
  remove(): void;
}
declare const document: {
  createElement(name: 'input'): FileInput;
  readonly body: { append(element: FileInput): void };
};

/** A page with a file input; resolves with what `use` makes of the chosen file. */
function pageWithInput<T>(use: (file: Blob) => Promise<T>): {
  input: FileInput;
  result: Promise<T>;
} {
  const input = document.createElement('input');
  input.type = 'file';
  document.body.append(input);
  const chosen = new Promise<void>((resolve) => input.addEventListener('change', resolve));
  return { input, result: chosen.then(() => use(input.files[0]!)) };
}

describe('a .pth file that a user chooses on a page', () => {
  let open: FileInput | undefined;
  beforeAll(() => useBackend('webgl'));
  afterEach(() => open?.remove());

  const choose = async <T>(bytes: Uint8Array, use: (file: Blob) => Promise<T>): Promise<T> => {
    const { input, result } = pageWithInput(use);
    open = input;
    await userEvent.upload(input, new File([bytes], 'latest_net_G.pth'));
    return result;
  };

  it.each(['resnet, instance norm', 'unet, batch norm, dropout'])(
    'makes the picture that PyTorch makes: %s',
    async (name) => {
      const one = network(name);
      const made = await choose(one.pth, async (file) => {
        const stateDict = await readPth(await file.arrayBuffer());
        const model = modelOf(one);
        loadStateDict({ model, stateDict, architecture: one.architecture });
        const picture = await (model.predict(imageOf(one)) as Tensor).data();
        model.dispose();
        return picture;
      });
      expect(made).toBeAllclose(one.picture.values, { rtol: 1e-4 });
    },
  );

  it('is refused where it is none', async () => {
    const message = await choose(new TextEncoder().encode('<!DOCTYPE html>'), async (file) =>
      readPth(await file.arrayBuffer()).then(
        () => 'read',
        (error: Error) => error.message,
      ),
    );
    expect(message).toMatch(/web page; the download went wrong/);
  });
});
