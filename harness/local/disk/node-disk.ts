import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

import { execa } from "execa";

import { RunError } from "../../../histories/errors.ts";
import { installedProgram } from "../../../systems/databases/installed.ts";
import { backingFileOf, isMounted, mountImage, unmount, untilReleased } from "./mounts.ts";

/** Bytes that a node's disk holds; its file takes no more room than what was written. */
const capacity = 4 * 2 ** 30;

/**
 * The machine does not go down, only the node does: what has reached the file is safe without a flush to the machine's own disk. Inode
 * tables need no writing behind the node's back.
 */
const mountOptions = ["nobarrier", "noinit_itable", "noatime"];

/** Shuts a filesystem down without writing out its log: FS_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH (linux/fs.h, ext4.h). */
const shutDown = `
  my ($place, $flag) = @ARGV;
  open(my $root, "<", $place) or die "$place: $!\\n";
  ioctl($root, 0x8004587d, pack("L", $flag)) or die "$place: $!\\n";
`;
const withoutLog = 2;

/**
 * A disk of a node's own: an ext4 filesystem in a file. When its power is cut, what was not synced is lost, as a
 * journaling filesystem loses it: data of files, and names of files that were made or renamed.
 */
export class NodeDisk {
  readonly image: string;
  readonly mountPoint: string;
  /** The folder for the node, apart from what the filesystem keeps at its root. */
  readonly files: string;

  /** A disk that keeps its file, and is mounted, in `directory`. */
  constructor(directory: string) {
    this.image = join(directory, "disk.ext4");
    this.mountPoint = join(directory, "disk");
    this.files = join(this.mountPoint, "files");
  }

  /** Makes the filesystem, empty, and mounts it. */
  async make(): Promise<void> {
    mkdirSync(this.mountPoint, { recursive: true });
    writeFileSync(this.image, "");
    truncateSync(this.image, capacity);
    const lazily = "lazy_itable_init=1,lazy_journal_init=1,nodiscard";
    // No room is kept back for root, so that a disk that is full is full for everybody.
    const options = ["-q", "-F", "-m", "0", "-J", "size=32", "-E", lazily, this.image];
    const { failed, stderr } = await execa(installedProgram("mkfs.ext4", "e2fsprogs"), options, {
      reject: false,
    });
    if (failed) throw new Error(`could not make the filesystem ${this.image}: ${stderr}`);
    await this.#mount();
    mkdirSync(this.files);
    await this.sync();
  }

  /** Puts all that was written so far on the disk. */
  async sync(): Promise<void> {
    await execa("sync", ["--file-system", this.mountPoint]);
  }

  /**
   * Lets nothing reach the disk any more, from now on. Nobody may be writing who could tell of it: what is lost is what was not synced, not what
   * failed.
   */
  async cutPower(): Promise<void> {
    await this.#held(async (held) => {
      testify(join(held, witness));
      await execa("perl", ["-e", shutDown, held, String(withoutLog)], { stdin: "ignore" });
      try {
        writeFileSync(join(held, "after"), "");
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "EIO") return;
        throw error;
      }
      throw new Error(`${this.mountPoint} can still be written to after its power was cut`);
    });
  }

  /** Gives the disk its power back: the filesystem recovers from its log. Nobody may use it. */
  async restorePower(): Promise<void> {
    try {
      await unmount(this.mountPoint);
      await untilReleased(this.image);
      await this.#mount();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new RunError("E_DISK", `A disk did not come back after its power was cut: ${why}.`, { cause });
    }
    const file = join(this.mountPoint, witness);
    if (readWitness(file) === witnessed)
      throw new Error(`${this.mountPoint} kept what was not synced when its power was cut`);
    rmSync(file, { force: true });
  }

  /** Leaves no room on the disk, for nobody. */
  async fill(): Promise<void> {
    await this.#held(async (held) => {
      const file = join(held, ballast);
      const { bavail, bsize } = statfsSync(held);
      await execa("fallocate", ["--length", String(bavail * bsize), file], { reject: false });
      // Whatever is left after that, in pieces as small as they come.
      const opened = openSync(file, "a");
      try {
        // Room that was kept for what is on its way is there again once that has its place.
        for (const bytes of [1 << 16, 1 << 12, 1 << 12]) {
          fillUp(opened, bytes);
          fsyncSync(opened);
        }
      } finally {
        closeSync(opened);
      }
      // Else a power cut would make room.
      await this.sync();
      const probe = join(held, "files", ".probe");
      try {
        writeFileSync(probe, Buffer.alloc(1 << 16), { flush: true });
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOSPC") return;
        throw error;
      } finally {
        rmSync(probe, { force: true });
      }
      throw new Error(`${this.mountPoint} has room though it was filled`);
    });
  }

  /** Makes room again. */
  async unfill(): Promise<void> {
    rmSync(join(this.mountPoint, ballast), { force: true });
    await this.sync();
  }

  /** Throws unless the disk is mounted and can be written to. */
  verify(): void {
    if (!isMounted(this.mountPoint)) throw new Error(`${this.mountPoint} is not mounted`);
    const probe = join(this.mountPoint, "probe");
    writeFileSync(probe, "");
    rmSync(probe);
  }

  async unmount(): Promise<void> {
    await unmount(this.mountPoint);
  }

  #mount(): Promise<void> {
    return mountImage(this.image, this.mountPoint, mountOptions);
  }

  /**
   * Calls `use` with a path that leads to this disk's filesystem whatever is mounted where: that of an open folder, which also keeps the filesystem
   * from being unmounted. Throws if what stands at its place is another one, such as the machine's own between two
   * mounts of this: to end or to fill that would be the end of the machine.
   */
  async #held(use: (held: string) => Promise<void>): Promise<void> {
    const root = openSync(this.mountPoint, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      if (backingFileOf(fstatSync(root).dev) !== realpathSync(this.image))
        throw new Error(`${this.image} is not what is mounted at ${this.mountPoint}`);
      await use(`/proc/${process.pid}/fd/${root}`);
    } finally {
      closeSync(root);
    }
  }
}

/** A file that is never synced, and so must be lost. */
const witness = "never-synced";
const witnessed = "This was written and never synced.";
/** What takes all the room of a full disk. */
const ballast = "ballast";

function testify(file: string): void {
  try {
    writeFileSync(file, witnessed);
  } catch (error) {
    // A full disk has no room for it, nor for anything else that could be kept or lost.
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}

function readWitness(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

/** Writes pieces of so many bytes until there is room for no more. */
function fillUp(file: number, bytes: number): void {
  const piece = Buffer.alloc(bytes);
  try {
    for (;;) writeSync(file, piece);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}
