import { isInstalled } from "../holder.ts";

/** Why there is no switch for packets here; undefined if there is one. */
export function lackOfSwitch(): string | undefined {
  return isInstalled("perl")
    ? undefined
    : "perl is not installed, which opens packet sockets (apt-get install perl-base)";
}
