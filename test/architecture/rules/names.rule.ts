import { posix } from 'node:path';
import ts from 'typescript';
import type { Rule } from '../rule.js';
import { lineOf, type Module } from '../workspace.js';

const kebab = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const kebabFile = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+(-[a-z]+)*)?(\.integration)?(\.spec)?\.ts$/;
const emptyName = /^(common|shared|misc)$|(^|-)(utils?|helpers?)$/;
const emptyClassName = /(Manager|Base|Impl|Helper)$/;

/** No folder or file is named for holding things: its name says which thing it holds. */
export const placeName: Rule = ({ modules }) => {
  const places = new Map([...modules.keys()].flatMap((path) => placesOf(path).map((place) => [place, path] as const)));
  return [...places]
    .filter(([place]) => emptyName.test(posix.basename(place).split('.')[0]!))
    .map(([place, path]) => ({ path, line: 1, message: `"${place}" tells nothing: name it after what it holds` }));
};

/** Folders and files are in kebab-case; a file may add its kind: `parse.stage.ts`, `parse.stage.integration.spec.ts`. */
export const fileName: Rule = ({ modules }) =>
  [...modules.keys()]
    .filter((path) => {
      const [file, ...folders] = path.split('/').reverse();
      return !kebabFile.test(file!) || !folders.every((folder) => kebab.test(folder));
    })
    .map((path) => ({ path, line: 1, message: 'is not named in kebab-case plus kind, like parse.stage.ts' }));

/** No class or interface is named Manager, Base, Impl or Helper: such a name says neither what it is nor what it does. */
export const className: Rule = ({ modules }) =>
  [...modules.values()].flatMap((module) =>
    namesOf(module)
      .filter(({ text }) => emptyClassName.test(text))
      .map((name) => ({
        path: module.path,
        line: lineOf(module, name),
        message: `"${name.text}" tells a position in code, not what it is: use the standard term of the field`,
      })),
  );

/** A path and the folders it lies in. */
function placesOf(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function namesOf({ nodes }: Module): ts.Identifier[] {
  return nodes.flatMap((node) => {
    const isType = ts.isClassLike(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
    return isType && node.name ? [node.name] : [];
  });
}
