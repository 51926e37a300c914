import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cwd } from 'node:process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { range, Scenes } from '../../examples/street_scenes/data.js';
import { Judge } from '../../examples/street_scenes/judge.js';
import type { Scores } from '../../examples/street_scenes/judge.js';
import { readOptions } from '../../examples/street_scenes/options.js';
import type { RunOptions } from '../../examples/street_scenes/options.js';
import { CLASSES, colourOf, nearestClass, PALETTE } from '../../examples/street_scenes/palette.js';
import { markdown, tables, writeRunReport } from '../../examples/street_scenes/report.js';
import { Run } from '../../examples/street_scenes/run.js';
import type { ScoresByDirection } from '../../examples/street_scenes/run.js';
import { drawScene } from '../../examples/street_scenes/scenes.js';
import { buildSegmenter, trainSegmenter } from '../../examples/street_scenes/segmenter.js';
import type { SystemName } from '../../examples/street_scenes/systems.js';
import { useBackend } from '../helpers/backends.js';
import { readTiles, tilesOf } from '../helpers/picture_tiles.js';
import { points, readReport } from '../helpers/report_page.js';
import { refusal } from '../helpers/refusal.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-scenes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SIZE = 32;
const PROGRAM = 'examples/street_scenes/main.ts';

describe('the scenes', () => {
  beforeAll(() => useBackend('wasm'));

  it('are a pure function of seed and index', () => {
    const [one, again] = [drawScene(3, 7, SIZE), drawScene(3, 7, SIZE)];
    expect(again).toEqual(one);
    for (const other of [drawScene(4, 7, SIZE), drawScene(3, 8, SIZE)]) {
      expect(other.labels).not.toEqual(one.labels);
      expect(other.photo).not.toEqual(one.photo);
    }
  });

  it('are finite photos in [−1, 1] of the eight classes, each of them somewhere', () => {
    const seen = new Float64Array(CLASSES.length);
    for (let index = 0; index < 12; index++) {
      const { photo, labels } = drawScene(0, index, SIZE);
      expect(photo).toHaveLength(3 * SIZE * SIZE);
      expect(labels).toHaveLength(SIZE * SIZE);
      expect(photo.every((value) => value >= -1 && value <= 1)).toBe(true);
      expect(Math.max(...photo) - Math.min(...photo)).toBeGreaterThan(0.8);
      for (const label of labels) seen[label]! += 1 / (12 * SIZE * SIZE);
    }
    expect(seen.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    expect(Math.min(...seen)).toBeGreaterThan(0.005);
    expect(Math.max(...seen)).toBeLessThan(0.5);
  });

  it('are the same street at any size', () => {
    const [small, large] = [drawScene(0, 1, 32), drawScene(0, 1, 96)];
    // the centre of a small pixel is the centre of the middle one of nine
    const middles = small.labels.map(
      (_, i) => large.labels[(3 * Math.floor(i / 32) + 1) * 96 + 3 * (i % 32) + 1]!,
    );
    expect(middles).toEqual(small.labels);
  });

  it('show the same photo where a label is the same: a map says what is on the photo', () => {
    const mean = new Float64Array(CLASSES.length * 3);
    const count = new Float64Array(CLASSES.length);
    for (let index = 0; index < 12; index++) {
      const { photo, labels } = drawScene(0, index, SIZE);
      labels.forEach((label, pixel) => {
        count[label]!++;
        for (let c = 0; c < 3; c++) mean[3 * label + c]! += photo[3 * pixel + c]!;
      });
    }
    const colour = (name: (typeof CLASSES)[number]) => {
      const label = CLASSES.indexOf(name);
      return [0, 1, 2].map((c) => mean[3 * label + c]! / count[label]!);
    };
    const [sky, road, green] = (['sky', 'road', 'vegetation'] as const).map(colour);
    expect(sky![2]).toBeGreaterThan(road![2]! + 0.5);
    expect(green![1]).toBeGreaterThan(green![2]! + 0.2);
    expect(Math.abs(road![0]! - road![1]!)).toBeLessThan(0.15);
  });

  it('of training and of test share no index', () => {
    const [train, test] = (['train', 'test'] as const).map((half) => new Scenes(half, 3, SIZE));
    expect(train!.labels(range(0, 3))).not.toEqual(test!.labels(range(0, 3)));
    expect(test!.at(1)).toEqual(drawScene(0, 1_000_001, SIZE));
  });

  it('come as tensors in the order that was asked for', async () => {
    const scenes = new Scenes('train', 4, SIZE);
    const maps = scenes.maps([2, 0]);
    expect(maps.shape).toEqual([2, SIZE, SIZE, 3]);
    const classes = nearestClass((await maps.data()) as Float32Array);
    expect(classes).toEqual(scenes.labels([2, 0]));
    expect(classes.slice(0, SIZE ** 2)).toEqual(scenes.at(2).labels);
    maps.dispose();
  });
});

describe('the palette', () => {
  it('has as many colours as there are classes, well apart', () => {
    expect(PALETTE).toHaveLength(CLASSES.length);
    PALETTE.forEach((one, i) => {
      PALETTE.slice(0, i).forEach((other) => {
        expect(Math.hypot(...one.map((value, c) => value - other[c]!))).toBeGreaterThan(60);
      });
    });
  });

  it('gives each class back, also from a colour that is a little off', () => {
    const labels = Uint8Array.from({ length: 40 }, (_, i) => (i * 5) % CLASSES.length);
    const picture = colourOf(labels);
    expect(picture.every((value) => value >= -1 && value <= 1)).toBe(true);
    expect(nearestClass(picture)).toEqual(labels);
    const off = picture.map((value, i) => value + (i % 2 === 0 ? 0.15 : -0.15));
    expect(nearestClass(off)).toEqual(labels);
    expect(nearestClass(Float32Array.of(-1, -1, -1))).toEqual(Uint8Array.of(2));
  });
});

describe('a run', () => {
  const train = new Scenes('train', 6, SIZE);
  const test = new Scenes('test', 3, SIZE);
  let judge: Judge;

  const options = (name: string, system: SystemName = 'pix2pix'): RunOptions => ({
    ...{ system, direction: 'photo-to-labels', outputs: 'mean', criticSteps: 2, filters: 32 },
    ...{ size: SIZE, batch: 1, seed: 5, steps: 6, scenes: 6, testScenes: 3 },
    out: join(folder, name),
  });

  beforeAll(async () => {
    await useBackend('wasm');
    judge = new Judge(buildSegmenter(SIZE), test);
  });

  it('has a segmenter that learns', { timeout: 240_000 }, async () => {
    const network = buildSegmenter(SIZE);
    const losses: number[] = [];
    await trainSegmenter(network, train, {
      ...{ steps: 25, batch: 2, seed: 0 },
      onStep: (_, loss) => losses.push(loss),
    });
    expect(losses[0]).toBeGreaterThan(1.5); // log 8 = 2.08
    expect(losses[0]).toBeLessThan(4);
    expect(losses.at(-1)).toBeLessThan(0.6 * losses[0]!);
    const places = range(0, 3);
    const photos = test.photos(places);
    const learnt = await new Judge(network, test).photos(photos, places);
    const constant = await judge.majority(places);
    expect(learnt.pixel).toBeGreaterThan(constant.pixel);
    network.dispose();
    photos.dispose();
  });

  it('keeps the segmenter that it trained', { timeout: 240_000 }, async () => {
    const path = join(folder, 'weights', 'segmenter.safetensors');
    const steps: number[] = [];
    const short = (step: number) => steps.push(step);
    const trained = await Judge.create(train, test, path, short, 3);
    expect(steps).toEqual([1, 2, 3]);
    const read = await Judge.create(train, test, path, short, 3);
    expect(steps).toEqual([1, 2, 3]);
    const photos = test.photos(range(0, 3));
    const [one, other] = [
      await trained.photos(photos, range(0, 3)),
      await read.photos(photos, range(0, 3)),
    ];
    expect(other).toEqual(one);
    expect(one).not.toEqual(await judge.photos(photos, range(0, 3)));
    [photos, trained, read].forEach((held) => held.dispose());
  });

  it('scores true maps as right, and the majority by its share', async () => {
    const places = range(0, 3);
    const maps = test.maps(places);
    expect(await judge.maps(maps, places)).toMatchObject({ pixel: 1, class: 1, iou: 1 });
    maps.dispose();
    const { pixel, label, classes } = await judge.majority(places);
    const labels = test.labels(places);
    expect(pixel).toBeCloseTo(labels.filter((one) => one === label).length / labels.length, 10);
    expect(classes.filter((accuracy) => accuracy === 1)).toHaveLength(1);
  });

  /** Trains to `last` and tells the losses of each step. */
  async function advance(run: Run, last: number) {
    const losses = [];
    while (run.step < last) losses.push(await run.advance());
    return losses;
  }

  /** A digest of every array of a system's state: millions of numbers are slow to compare one by one. */
  async function fingerprints(run: Run) {
    const { arrays } = await run.translator.system.state();
    expect(Object.keys(arrays).length).toBeGreaterThan(50);
    return Object.entries(arrays).map(([name, { data }]) => {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      return [name, createHash('sha256').update(bytes).digest('hex')];
    });
  }

  it.each<SystemName>(['pix2pix', 'wcyclegan-gp', 'sn-cyclegan'])(
    '%s: killed and resumed equals uninterrupted, without Math.random',
    { timeout: 240_000 },
    async (system) => {
      vi.spyOn(Math, 'random').mockImplementation(() => {
        throw new Error('Math.random was called');
      });
      const start = (name: string) =>
        new Run(options(name, system), train, test, judge, { losses: 1 });
      const whole = start(`${system}-whole`);
      const losses = await advance(whole, 6);
      expect(losses.flatMap(Object.values).every(Number.isFinite)).toBe(true);
      const killed = start(`${system}-killed`);
      const before = await advance(killed, 3);
      await killed.save();
      await advance(killed, 4); // lost with the kill
      const resumed = start(`${system}-killed`);
      await resumed.resume();
      expect([...before, ...(await advance(resumed, 6))]).toEqual(losses);
      expect(resumed.history.losses).toEqual(whole.history.losses);
      expect(await fingerprints(resumed)).toEqual(await fingerprints(whole));
      expect(await resumed.scores()).toEqual(await whole.scores());
      const { curves } = readReport(await writeRunReport(resumed, {}, []));
      const steps = [1, 2, 3, 4, 5, 6];
      for (const name of Object.keys(losses[0]!))
        expect(curves['Losses']![name]).toEqual(
          points(
            steps,
            losses.map(({ [name]: loss }) => loss!),
          ),
        );
      vi.restoreAllMocks();
      for (const run of [whole, killed, resumed]) run.translator.dispose();
    },
  );

  it('learns the way it was told, or both', { timeout: 240_000 }, async () => {
    const toPhoto = { ...options('to-photo'), direction: 'labels-to-photo' as const };
    const one = new Run(toPhoto, train, test, judge);
    const cycle = new Run(options('cycle', 'wcyclegan-gp'), train, test, judge);
    const [losses] = await advance(one, 1);
    expect(Object.keys(losses!).sort()).toEqual(['discriminator', 'generator', 'l1']);
    expect(Object.keys(await one.scores())).toEqual(['labels-to-photo']);
    const [both] = await advance(cycle, 1);
    for (const name of ['penaltyA', 'penaltyB', 'cycleA', 'cycleB'])
      expect(both).toHaveProperty(name);
    expect(cycle.translator.system.steps).toEqual({ discriminator: 2, generator: 1 });
    expect(Object.keys(await cycle.scores())).toEqual(['labels-to-photo', 'photo-to-labels']);
    const scores = await cycle.scores();
    for (const run of [one, cycle]) await run.saveGrid();

    // a row for each scene: what was given, what was made of it, and the target, or what it became again
    const places = range(0, 3);
    const [maps, photos] = [test.maps(places), test.photos(places)];
    const { translator } = cycle;
    const asPhoto = translator.translate('labels-to-photo', maps);
    const asMap = translator.translate('photo-to-labels', photos);
    const there = one.translator.translate('labels-to-photo', maps);
    const again = [
      translator.translate('photo-to-labels', asPhoto),
      translator.translate('labels-to-photo', asMap),
    ] as const;
    for (const [run, columns] of [
      [one, [maps, there, photos]],
      [cycle, [maps, asPhoto, again[0], photos, asMap, again[1]]],
    ] as const) {
      const made = await Promise.all(columns.map(tilesOf));
      const rows = [0, 1, 2].flatMap((scene) => made.map((column) => column[scene]!));
      const grid = { columns: columns.length, side: SIZE, scale: 2 };
      expect(readTiles(run.gridPath(1), grid)).toEqual(rows);
    }
    [maps, photos, asPhoto, asMap, there, ...again].forEach((tensor) => tensor.dispose());

    const rows = [{ name: 'cycle', scores }];
    const page = readReport(await writeRunReport(cycle, {}, rows));
    expect(page.subtitle).toMatch(/^1 generator steps, /);
    expect(page.pictures).toEqual([{ caption: 'step 1', png: readFileSync(cycle.gridPath(1)) }]);
    const titles = Object.keys(page.tables);
    expect(titles.map((title) => title.split(':')[0])).toEqual([
      'Labels → photo',
      'Photo → labels',
    ]);
    (['labels-to-photo', 'photo-to-labels'] as const).forEach((way, i) => {
      const { pixel, class: mean, iou, classes } = scores[way]!;
      const shares = [pixel, mean, iou, ...classes].map((share) => `${(100 * share).toFixed(1)} %`);
      expect(page.tables[titles[i]!]![1]).toEqual(['cycle', ...shares]);
    });
    for (const run of [one, cycle]) run.translator.dispose();
  });

  it('refuses the checkpoint of another run', async () => {
    const run = new Run(options('mine'), train, test, judge);
    await run.save();
    const other = new Run({ ...options('mine'), seed: 6 }, train, test, judge);
    await expect(other.resume()).rejects.toThrow(/made with seed 5/);
  });
});

describe('the tables', () => {
  it('hold a row for each system in each direction that it has', () => {
    const scores = { pixel: 0.5, class: 0.25, iou: 0.125, classes: CLASSES.map((_, i) => i / 8) };
    const [toPhoto, toLabels] = tables([
      { name: 'one', scores: { 'labels-to-photo': scores } },
      { name: 'two', scores: { 'labels-to-photo': scores, 'photo-to-labels': scores } },
    ]);
    expect(toPhoto!.rows.map(([name]) => name)).toEqual(['one', 'two']);
    expect(toLabels!.rows.map(([name]) => name)).toEqual(['two']);
    expect(markdown(toLabels!)).toContain('| two | 50.0 % | 25.0 % | 12.5 % | 0.0 % | 12.5 % |');
  });
});

describe('the example', () => {
  it(
    'prints the tables of its report, with the true maps and the largest class beside it',
    { timeout: 240_000 },
    async () => {
      await useBackend('wasm');
      const scenes = [new Scenes('train', 6, SIZE), new Scenes('test', 3, SIZE)] as const;
      // a segmenter of three steps lies where the program looks for its own
      const weights = join(folder, 'runs', 'street_scenes', `segmenter-${SIZE}-6.safetensors`);
      const judge = await Judge.create(...scenes, weights, undefined, 3);
      const args = ['--size', `${SIZE}`, '--scenes', '6', '--test-scenes', '3', '--batch', '1'];
      const program = ['--import', import.meta.resolve('tsx'), join(cwd(), PROGRAM), ...args];
      const child = spawn(process.execPath, [...program, '--steps', '2', '--out', 'program'], {
        cwd: folder,
        env: { ...process.env, TSX_TSCONFIG_PATH: join(cwd(), 'tsconfig.json') },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [said, bar] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (bar += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number];
      expect(code, bar).toBe(0);
      expect(bar).toMatch(/2\/2 \| .*discriminator \d+\.\d\d.* \| 0:00 left/);

      const page = readReport(join(folder, 'program', 'report.html'));
      const [toPhoto, toLabels] = Object.values(page.tables) as [string[][], string[][]];
      const printed = said
        .split('\n')
        .filter((line) => line.startsWith('| '))
        .map((line) => line.slice(2, -2).split(' | '));
      expect(printed.filter(([first]) => first !== '---')).toEqual([...toPhoto, ...toLabels]);
      const path = join(folder, 'program', 'scores.json');
      const scores = JSON.parse(readFileSync(path, 'utf8')) as ScoresByDirection;
      const { label, ...majority } = await judge.majority(range(0, 3));
      const cells = ({ pixel, class: mean, iou, classes }: Scores) =>
        [pixel, mean, iou, ...classes].map((share) => `${(100 * share).toFixed(1)} %`);
      const places = range(0, 3);
      const photos = scenes[1].photos(places);
      const constant = `${CLASSES[label]!} everywhere`;
      const columns = ['images', 'per pixel', 'per class', 'class IoU', ...CLASSES];
      expect(toPhoto).toEqual([
        columns,
        ['ground truth', ...cells(await judge.photos(photos, places))],
        [constant, ...cells(majority)],
      ]);
      expect(toLabels).toEqual([
        columns,
        ['pix2pix-photo-to-labels', ...cells(scores['photo-to-labels']!)],
        ['ground truth', ...Array<string>(11).fill('100.0 %')],
        [constant, ...cells(majority)],
      ]);
      photos.dispose();
      judge.dispose();
    },
  );

  it.each([
    [['--system', 'gan'], /--system must be one of pix2pix, cyclegan/],
    [['--size', '48'], /--size must be a multiple of 32\. Received: 48/],
    [['--system', 'cyclegan', '--direction', 'photo-to-labels'], /--direction is of pix2pix/],
    [['--outputs', 'max'], /--outputs must be one of sum, mean/],
    [['--batch', '9', '--scenes', '8'], /--batch must be at most --scenes, 8/],
  ])('refuses %o', (args, message) => {
    const { said, code } = refusal(readOptions, args);
    expect(code).toBe(2);
    expect(said).toMatch(message);
  });
});
