import type { ReportTable } from 'gan-kit/node';
import { spread } from '../spread.js';
import { PLACES } from './recipe.js';
import type { ClassMilestone } from './run.js';
import type { Look, Result } from './verdict.js';

/** Groups results by the place of attention. */
const byPlace = (results: readonly Result[]) =>
  PLACES.map(
    (place) => [place, results.filter(({ attention }) => attention === place)] as const,
  ).filter(([, runs]) => runs.length > 0);

/** Makes a table of scores, mean ± standard deviation over the seeds. */
const scoreTable = (
  title: string,
  results: readonly Result[],
  pick: (result: Result) => ClassMilestone | undefined,
): ReportTable => ({
  title,
  columns: ['attention', 'steps', 'seconds', 'as asked', 'score', 'Fréchet distance', 'confident'],
  rows: byPlace(results).map(([place, runs]) => {
    const picked = runs.map(pick).filter((one) => one !== undefined);
    if (picked.length < runs.length) return [place, 'some runs ended before', '', '', '', '', ''];
    const over = (value: (one: ClassMilestone) => number, digits: number) =>
      spread(picked.map(value), digits);
    return [
      place,
      over(({ step }) => step, 0),
      over(({ seconds }) => seconds, 0),
      `${over(({ share }) => 100 * share, 1)} %`,
      over(({ score }) => score, 2),
      over(({ frechet }) => frechet, 1),
      `${over(({ confident }) => 100 * confident, 1)} %`,
    ];
  }),
});

/** Makes the table of what attention looks at. */
function lookTable(results: readonly Result[]): ReportTable {
  const rows = byPlace(results).flatMap(([place, runs]) =>
    (['generator', 'discriminator'] as const).flatMap((network) => {
      const looks = runs.map((run) => run.looks[network]).filter((look) => look !== undefined);
      if (looks.length === 0) return [];
      const over = (value: (look: Look) => number, digits: number) =>
        spread(looks.map(value), digits);
      const share = (value: (look: Look) => number) => `${over((look) => 100 * value(look), 1)} %`;
      return [
        [
          `${place}: ${network}`,
          over(({ gamma }) => gamma, 3),
          share(({ addition }) => addition),
          over(({ keys }) => keys, 1),
          share(({ strokes }) => strokes),
          share(({ fromStrokes }) => fromStrokes),
          share(({ ofOthers }) => ofOthers.fromStrokes),
          share(({ fromGround }) => fromGround),
          `${over(({ distance }) => distance, 1)} (${over(({ equalDistance }) => equalDistance, 1)})`,
        ],
      ];
    }),
  );
  const columns = [
    ...['attention', 'γ', 'adds', 'keys of 64', 'keys on strokes'],
    ...['from strokes to them', 'with the map of another digit', 'from the ground to strokes'],
    'pixels away (equal maps)',
  ];
  return { title: 'What attention looks at', columns, rows };
}

/** Makes all tables. */
export function tablesOf(results: readonly Result[], seconds: number): ReportTable[] {
  const attentive = results.filter(({ turnedOff }) => turnedOff !== undefined);
  return [
    scoreTable('At equal steps', results, ({ atSteps }) => atSteps),
    scoreTable(`At ${seconds} seconds of training`, results, ({ history }) => history.atSeconds[0]),
    ...(attentive.length === 0
      ? []
      : [
          scoreTable(
            'With γ = 0 in the trained generator',
            attentive,
            ({ atSteps, turnedOff }) => ({
              ...atSteps,
              ...turnedOff!,
            }),
          ),
          lookTable(attentive),
        ]),
  ];
}
