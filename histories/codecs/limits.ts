/** Bytes of one line of a native history, or of one operation of another format. */
export const maximumRecordBytes = 64 * 1024 * 1024;

/** Levels of arrays, objects, vectors, maps and the like inside one operation. */
export const maximumDepth = 1000;
