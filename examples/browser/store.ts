// Bytes that outlast the page, in IndexedDB.

/** Does something in the store, as a whole or not at all. */
async function inStore<Value>(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<Value>,
): Promise<Value> {
  const opening = indexedDB.open('flowers', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('checkpoints');
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error!);
  });
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction('checkpoints', mode);
      const request = ask(transaction.objectStore('checkpoints'));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error!);
    });
  } finally {
    database.close();
  }
}

export const keep = (name: string, bytes: Uint8Array) =>
  inStore('readwrite', (store) => store.put(bytes, name));
export const kept = (name: string) =>
  inStore('readonly', (store) => store.get(name) as IDBRequest<Uint8Array | undefined>);
export const forget = (name: string) => inStore('readwrite', (store) => store.delete(name));
