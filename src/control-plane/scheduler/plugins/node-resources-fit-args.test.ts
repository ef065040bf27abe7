import { describe, expect, test } from 'vitest'
import { nodeResourcesFit } from './node-resources-fit.ts'
import { fitArgsErrors, type NodeResourcesFitArgs } from './node-resources-fit-args.ts'

const ratio = (...shape: readonly (readonly [number, number])[]): NodeResourcesFitArgs => ({
  scoringStrategy: {
    type: 'RequestedToCapacityRatio',
    requestedToCapacityRatio: { shape: shape.map(([utilization, score]) => ({ utilization, score })) },
  },
})

describe('arguments of NodeResourcesFit', () => {
  test.each<[string, NodeResourcesFitArgs, readonly string[]]>([
    ['none', {}, []],
    ['a resource to ignore', { ignoredResources: ['example.com/gpu'], ignoredResourceGroups: ['example.com'] }, []],
    [
      'a group with a slash',
      { ignoredResourceGroups: ['example.com/gpu'] },
      [`ignoredResourceGroups[0]: Invalid value: "example.com/gpu": resource group name can't contain '/'`],
    ],
    [
      'a strategy that does not exist',
      { scoringStrategy: { type: 'Random' } },
      [
        'scoringStrategy.type: Unsupported value: "Random": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"',
      ],
    ],
    [
      'a weight beyond 100',
      { scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 101 }] } },
      ['scoringStrategy.resources[0].weight: Invalid value: 101: resource weight of cpu not in valid range (0, 100]'],
    ],
    [
      'a ratio without its shape',
      { scoringStrategy: { type: 'RequestedToCapacityRatio' } },
      [
        'scoringStrategy.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio',
      ],
    ],
    ['a shape', ratio([0, 0], [100, 10]), []],
    [
      'a shape that turns back, and beyond its range',
      ratio([50, 0], [20, 11]),
      [
        'scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 20: values must be sorted in increasing order',
        'scoringStrategy.requestedToCapacityRatio.shape[1].score: Invalid value: 11: not in valid range [0, 10]',
      ],
    ],
  ])('%s', (_name, args, errors) => {
    expect(fitArgsErrors(args)).toEqual(errors)
  })

  test('that are wrong make no plugin', () => {
    expect(() => nodeResourcesFit({ scoringStrategy: { type: 'Random' } })).toThrow('Unsupported value: "Random"')
  })
})
