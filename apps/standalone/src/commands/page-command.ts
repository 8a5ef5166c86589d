import { Command } from 'commander';

/** A command about one page, with the options that say where it comes from and which rules apply. */
export function pageCommand(name: string, argument: string): Command {
  return new Command(name)
    .argument(argument, 'file, http(s) URL, or - for standard input')
    .option('--url <url>', 'address of a page that comes from a file or standard input')
    .option('--allow <hosts...>', 'private hosts that may be fetched: host, host:port or CIDR')
    .option('--publishers <dir>', "folder of publishers' rules, in place of NEWSMILL_PUBLISHERS_DIR")
    .option('--generic', "leave out publishers' rules, the built-in ones too");
}
