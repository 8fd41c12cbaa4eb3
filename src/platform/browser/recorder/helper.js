// What a page that nobody looks at cannot do in time: the beat of the pictures, and writing each second down. A file
// that is written here is on the disk at once, whatever becomes of the page.

let file;
let written = 0;
let isBroken = false;
let isDrawing = false;
let work = Promise.resolve();

const does = {
  beat(period) {
    setInterval(() => {
      // A page that is late is not hurried.
      if (isDrawing) return;
      isDrawing = true;
      postMessage({ beat: true });
    }, period);
  },
  async open({ folder, name }) {
    const root = await navigator.storage.getDirectory();
    const directory = await root.getDirectoryHandle(folder, { create: true });
    const handle = await directory.getFileHandle(name, { create: true });
    file = await handle.createSyncAccessHandle();
    postMessage({ opened: true });
  },
  async write(part) {
    if (isBroken) return;
    const bytes = new Uint8Array(await part.arrayBuffer());
    const count = file.write(bytes, { at: written });
    if (count < bytes.length) throw new DOMException('', 'QuotaExceededError');
    file.flush();
    written += count;
  },
  close() {
    file?.close();
    postMessage({ closed: true });
  },
};

onmessage = ({ data }) => {
  if (data.drawn) {
    isDrawing = false;
    return;
  }
  const [[name, details]] = Object.entries(data);
  // One after the other, in the order in which they were asked for.
  work = work.then(() => does[name](details)).catch((error) => {
    isBroken = true;
    postMessage({ failed: error.name });
  });
};
