const DATABASE = 'gan-kit playground';
const STORE = 'checkpoints';
const KEY = 'digits';

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error!);
  });
}

/** Returns the kept checkpoint, or undefined if there is none. */
export async function readCheckpoint(): Promise<Uint8Array | undefined> {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const request = database.transaction(STORE).objectStore(STORE).get(KEY);
      request.onsuccess = () => resolve(request.result as Uint8Array | undefined);
      request.onerror = () => reject(request.error!);
    });
  } finally {
    database.close();
  }
}

/** Keeps a checkpoint, in one transaction: a page that is closed during it leaves the previous one. */
export async function writeCheckpoint(bytes: Uint8Array): Promise<void> {
  const database = await opened();
  try {
    await new Promise<void>((resolve, reject) => {
      const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
      transaction.objectStore(STORE).put(bytes, KEY);
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error!);
    });
  } finally {
    database.close();
  }
}
