/** Asks for the camera. Throws an error that says why there is none, if it is absent or refused. */
export async function openCamera(): Promise<MediaStream> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined)
    throw new Error(
      'Pages have no camera here: browsers give it to https pages and to localhost alone.',
    );
  try {
    return await devices.getUserMedia({ video: { facingMode: 'environment' } });
  } catch (error) {
    const { name, message } = error as DOMException;
    const reason =
      { NotAllowedError: 'it was refused', NotFoundError: 'there is none' }[name] ?? message;
    throw new Error(`The camera cannot be used: ${reason}. A picture from a file works as well.`, {
      cause: error,
    });
  }
}

/** Ends the use of a camera. */
export function closeCamera(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** Draws the middle square of a picture or of a camera's on the whole of a canvas. */
export function drawSquare(
  context: CanvasRenderingContext2D,
  source: CanvasImageSource,
  width: number,
  height: number,
): void {
  const side = Math.min(width, height);
  const { width: across, height: down } = context.canvas;
  context.drawImage(
    source,
    ...([(width - side) / 2, (height - side) / 2, side, side] as const),
    ...([0, 0, across, down] as const),
  );
}
