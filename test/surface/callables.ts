import { join, relative } from 'node:path';
import ts from 'typescript';
import { root } from '../docs/program';
import { alternatives, type Property, type Shape } from './shape';

/** A function, constructor, method or setter that users can call. */
export interface Callable {
  /** "randn", "new Linear", "Linear.forward", "SeriesEncoding.fit (static)", "Adam.lr =" */
  name: string;
  kind: 'function' | 'constructor' | 'method' | 'static' | 'setter';
  /** The exported function or class. */
  owner: string;
  member: string;
  parameters: Parameter[];
  /** Of src/, where it is declared: "nn". */
  folder: string;
}

export interface Parameter extends Property {
  isRest: boolean;
  /** What any of the overloads takes here, where there are some. */
  accepts?: Shape;
}

/** The public surface, as the compiler sees it under `exactOptionalPropertyTypes`. */
export interface Surface {
  callables: Callable[];
  /** "LinearOptions.bias": optional properties that may not be given as undefined. */
  notUndefined: string[];
  /** "Module.to(device)": devices that are any string. */
  anyDevice: string[];
}

/** All that users can call of what src/index.ts exports; a method that is inherited is listed once, where it is from. */
export function readSurface(): Surface {
  const reader = new Reader();
  for (const { name, symbol, isTypeOnly } of reader.exported()) {
    if (symbol.flags & ts.SymbolFlags.Class) reader.readClass(name, symbol, isTypeOnly);
    else if (symbol.flags & ts.SymbolFlags.Function) reader.readFunction(name, symbol);
    else if (symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias)) reader.readType(name, symbol);
  }
  return reader.surface;
}

class Reader {
  readonly surface: Surface = { callables: [], notUndefined: [], anyDevice: [] };
  readonly #checker: ts.TypeChecker;
  readonly #index: ts.SourceFile;
  readonly #exportedNames: Set<string>;
  readonly #seen = new Set<ts.Declaration>();

  constructor() {
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    const index = join(root, 'src', 'index.ts');
    const program = ts.createProgram([index], { ...options, exactOptionalPropertyTypes: true });
    this.#checker = program.getTypeChecker();
    this.#index = program.getSourceFile(index)!;
    this.#exportedNames = new Set(this.exported().map(({ name }) => name));
  }

  exported(): { name: string; symbol: ts.Symbol; isTypeOnly: boolean }[] {
    return this.#checker.getExportsOfModule(this.#checker.getSymbolAtLocation(this.#index)!).map((each) => {
      const symbol = each.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(each) : each;
      const isTypeOnly = each.declarations!.some((declaration) => ts.isTypeOnlyExportDeclaration(declaration));
      return { name: each.name, symbol, isTypeOnly };
    });
  }

  readFunction(name: string, symbol: ts.Symbol): void {
    const signatures = this.#checker.getTypeOfSymbol(symbol).getCallSignatures();
    this.#add({ name, kind: 'function', owner: name, member: '' }, signatures);
  }

  readClass(name: string, symbol: ts.Symbol, isTypeOnly: boolean): void {
    const type = this.#checker.getTypeOfSymbol(symbol);
    const isAbstract = symbol.declarations!.some(
      (each) => ts.getCombinedModifierFlags(each) & ts.ModifierFlags.Abstract,
    );
    if (!isTypeOnly && !isAbstract) {
      const own = type.getConstructSignatures().filter(({ declaration }) => {
        const isPrivate = declaration && ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private;
        return declaration?.parent === symbol.valueDeclaration && !isPrivate;
      });
      this.#add({ name: `new ${name}`, kind: 'constructor', owner: name, member: '' }, own);
    }
    for (const member of isTypeOnly ? [] : type.getProperties()) {
      const signatures = this.#isPublic(member) ? this.#checker.getTypeOfSymbol(member).getCallSignatures() : [];
      const callable = { name: `${name}.${member.name} (static)`, owner: name, member: member.name };
      this.#add({ ...callable, kind: 'static' }, signatures);
    }
    const instance = this.#checker.getDeclaredTypeOfSymbol(symbol);
    for (const member of instance.getProperties()) if (this.#isPublic(member)) this.#readMember(name, member);
  }

  /** The properties of an exported interface, and its methods: functions that a caller gives are properties. */
  readType(name: string, symbol: ts.Symbol): void {
    const type = this.#checker.getDeclaredTypeOfSymbol(symbol);
    if (!(type.flags & ts.TypeFlags.Object)) return;
    this.#shapeOf(type, name, [type]);
    for (const member of type.getProperties()) {
      if (member.valueDeclaration && ts.isMethodSignature(member.valueDeclaration)) this.#readMember(name, member);
    }
  }

  #readMember(className: string, member: ts.Symbol): void {
    if (member.name.startsWith('__@')) return; // symbols, of the language's protocols: nobody gives them arguments
    const declaring = (member.declarations![0]!.parent as ts.ClassDeclaration).name?.text ?? className;
    const owner = this.#exportedNames.has(declaring) ? declaring : className;
    const { name } = member;
    const type = this.#checker.getTypeOfSymbol(member);
    this.#checkDevice(`${owner}.${name}`, name, type);
    const setter = member.declarations!.find(ts.isSetAccessorDeclaration);
    const signatures = setter ? [this.#checker.getSignatureFromDeclaration(setter)!] : type.getCallSignatures();
    const kind = setter ? 'setter' : 'method';
    this.#add({ name: `${owner}.${name}${setter ? ' =' : ''}`, kind, owner, member: name }, signatures);
  }

  #isPublic(member: ts.Symbol): boolean {
    const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
    return (member.declarations ?? []).some((each) => {
      if (each.getSourceFile().fileName.includes('node_modules')) return false; // Error's
      if (ts.getCombinedModifierFlags(each) & hidden || isInternal(each)) return false;
      return !(each as ts.NamedDeclaration).name || !ts.isPrivateIdentifier((each as ts.NamedDeclaration).name!);
    });
  }

  #add(callable: Omit<Callable, 'parameters' | 'folder'>, signatures: readonly ts.Signature[]): void {
    const overloads = signatures.map((signature) =>
      signature.getParameters().map((each) => this.#parameter(callable.name, each)),
    );
    for (const [index, { declaration }] of signatures.entries()) {
      if (!declaration || this.#seen.has(declaration) || isInternal(declaration)) continue;
      this.#seen.add(declaration);
      const parameters = overloads[index]!.map((each, position) => ({ ...each, ...anyOf(overloads, position) }));
      const [folder] = relative(join(root, 'src'), declaration.getSourceFile().fileName).split('/') as [string];
      this.surface.callables.push({ ...callable, parameters, folder });
    }
  }

  #parameter(callable: string, symbol: ts.Symbol): Parameter {
    const declaration = symbol.valueDeclaration as ts.ParameterDeclaration;
    const type = this.#checker.getTypeOfSymbolAtLocation(symbol, declaration);
    // A destructured one has no name: what it takes are options.
    const name = ts.isIdentifier(declaration.name) ? symbol.name : 'options';
    this.#checkDevice(`${callable}(${name})`, name, type);
    const isRest = declaration.dotDotDotToken !== undefined;
    const isOptional = isRest || declaration.initializer !== undefined || declaration.questionToken !== undefined;
    const whole = this.#shapeOf(type, `${callable}(${name})`);
    return { name, isOptional, isRest, shape: isRest ? elementOf(whole) : whole };
  }

  #shapeOf(type: ts.Type, where: string, within: ts.Type[] = []): Shape {
    const { flags } = type;
    const plain = PLAIN.find(([flag]) => flags & flag);
    if (plain) return { kind: plain[1] };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { kind: 'literal', value: type.value };
    if (flags & ts.TypeFlags.BooleanLiteral) {
      return { kind: 'literal', value: this.#checker.typeToString(type) === 'true' };
    }
    if (flags & ts.TypeFlags.TemplateLiteral)
      return { kind: 'prefix', text: (type as ts.TemplateLiteralType).texts[0]! };
    if (flags & ts.TypeFlags.TypeParameter) {
      const constraint = this.#checker.getBaseConstraintOfType(type);
      return constraint ? this.#shapeOf(constraint, where, within) : { kind: 'any' };
    }
    if (type.isUnion()) return { kind: 'union', of: type.types.map((each) => this.#shapeOf(each, where, within)) };
    if (this.#checker.isTupleType(type) || this.#checker.isArrayType(type)) return this.#arrayOf(type, where, within);
    if (type.getCallSignatures().length > 0) return { kind: 'function' };
    const declaration = type.symbol?.declarations?.[0];
    const isGlobal =
      declaration?.getSourceFile().hasNoDefaultLib ||
      /\/node_modules\//.test(declaration?.getSourceFile().fileName ?? '');
    const name = (type.symbol?.name ?? '').replace(/^Readonly(?=Map|Set)/, '');
    if (isGlobal && name === 'Iterable') return { kind: 'array', of: this.#elementOf(type, where, within) };
    // Also a generic one with its arguments, such as Tensor<'int64'>.
    const isClass = ((type.symbol?.flags ?? 0) & ts.SymbolFlags.Class) !== 0;
    if (isClass || (isGlobal && name in globalThis)) return { kind: 'instance', name };
    const element = this.#checker.getIndexTypeOfType(type, ts.IndexKind.String);
    if (element) return { kind: 'record', of: this.#shapeOf(element, where, within) };
    return this.#objectOf(type, where, within);
  }

  #elementOf(type: ts.Type, where: string, within: ts.Type[]): Shape {
    const [element] = this.#checker.getTypeArguments(type as ts.TypeReference);
    return this.#shapeOf(element!, where, [...within, type]);
  }

  #arrayOf(type: ts.Type, where: string, within: ts.Type[]): Shape {
    const isRecursive = within.includes(type);
    const elements = this.#checker.getTypeArguments(type as ts.TypeReference);
    const of = elements.map(
      (each): Shape => (isRecursive ? { kind: 'any' } : this.#shapeOf(each, where, [...within, type])),
    );
    return this.#checker.isTupleType(type) ? { kind: 'tuple', of } : { kind: 'array', of: of[0]! };
  }

  #objectOf(type: ts.Type, where: string, within: ts.Type[]): Shape {
    const name = type.aliasSymbol?.name ?? type.symbol?.name ?? '';
    const title = name === '' || name.startsWith('__') ? where : name;
    const properties = type.getProperties().map((property): Property => {
      const inner = this.#checker.getTypeOfSymbol(property);
      const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      const place = `${title}.${property.name}`;
      if (isOptional && !this.#maySayUndefined(property)) note(this.surface.notUndefined, place);
      this.#checkDevice(place, property.name, inner);
      const isRecursive = within.length > 3;
      const shape: Shape = isRecursive ? { kind: 'any' } : this.#shapeOf(inner, place, [...within, type]);
      return { name: property.name, isOptional, shape };
    });
    return { kind: 'object', name: title, properties };
  }

  /** Whether an optional property's written type has undefined in it. */
  #maySayUndefined({ valueDeclaration }: ts.Symbol): boolean {
    const written = (valueDeclaration as ts.PropertySignature | undefined)?.type;
    if (!written || !valueDeclaration || !ts.isPropertySignature(valueDeclaration)) return true;
    return this.#checker.isTypeAssignableTo(
      this.#checker.getUndefinedType(),
      this.#checker.getTypeFromTypeNode(written),
    );
  }

  #checkDevice(place: string, name: string, type: ts.Type): void {
    const isAny = this.#checker.isTypeAssignableTo(this.#checker.getStringType(), type);
    if (name === 'device' && isAny) note(this.surface.anyDevice, place);
  }
}

const PLAIN: [ts.TypeFlags, 'any' | 'null' | 'undefined' | 'number' | 'string' | 'boolean' | 'bigint' | 'symbol'][] = [
  [ts.TypeFlags.Any | ts.TypeFlags.Unknown, 'any'],
  [ts.TypeFlags.Null, 'null'],
  [ts.TypeFlags.Undefined | ts.TypeFlags.Void, 'undefined'],
  [ts.TypeFlags.Number, 'number'],
  [ts.TypeFlags.String, 'string'],
  [ts.TypeFlags.Boolean, 'boolean'],
  [ts.TypeFlags.BigInt, 'bigint'],
  [ts.TypeFlags.ESSymbol, 'symbol'],
];

/** What the published types leave out. */
function isInternal(declaration: ts.Node): boolean {
  return ts.getJSDocTags(declaration).some((tag) => tag.tagName.text === 'internal');
}

function note(list: string[], place: string): void {
  if (!list.includes(place)) list.push(place);
}

/** What any of a function's overloads takes at a position. */
function anyOf(overloads: Parameter[][], position: number): Pick<Required<Parameter>, 'isOptional' | 'accepts'> {
  const there = overloads.map((each) => each[position] ?? (each.at(-1)?.isRest ? each.at(-1) : undefined));
  return {
    isOptional: there.some((each) => each === undefined || each.isOptional),
    accepts: { kind: 'union', of: there.flatMap((each) => each?.shape ?? []) },
  };
}

/** What a rest parameter takes at each position. */
function elementOf(shape: Shape): Shape {
  const of = alternatives(shape).flatMap((each) => (each.kind === 'array' || each.kind === 'tuple' ? each.of : each));
  return of.length === 1 ? of[0]! : { kind: 'union', of };
}
