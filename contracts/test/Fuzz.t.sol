// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.11 <0.9.0;

import {TransparencyLog} from "../TransparencyLog.sol";
import {Reference, vm} from "./Reference.sol";

/// @notice Properties of one or two calls, for values that forge makes up.
contract FuzzTest {
    address private constant ADMIN = address(0xA);
    address private constant WRITER = address(0xB);
    address private constant GUARDIAN = address(0xC);
    TransparencyLog private log;

    function setUp() public {
        log = new TransparencyLog(ADMIN, WRITER, GUARDIAN, 0, new bytes32[](0), 0, address(0));
    }

    function testFuzz_rootIsTheReferences(bytes32 seed, uint8 first, uint8 second, uint8 third) public {
        bytes32[] memory all;
        uint8[3] memory counts = [first % 20, second % 20, third % 20];
        for (uint256 i = 0; i < 3; i++) {
            bytes32[] memory batch = Reference.grown(keccak256(abi.encode(seed, i)), uint256(counts[i]) + 1);
            require(_append(log, WRITER, uint64(all.length), batch) == 0, "append");
            all = Reference.joined(all, batch);
            require(log.size() == all.length, "size");
            require(log.root() == Reference.root(all), "root");
        }
        require(keccak256(abi.encode(log.frontier())) == keccak256(abi.encode(Reference.frontier(all))), "frontier");
    }

    function testFuzz_onlyTheWriterAppends(address stranger, uint64 start, bytes32 seed) public {
        vm.assume(stranger != WRITER);
        require(
            _append(log, stranger, start, Reference.grown(seed, 1)) == TransparencyLog.NotWriter.selector, "stranger"
        );
        require(_append(log, WRITER, 0, Reference.grown(seed, 1)) == 0, "writer");
    }

    function testFuzz_batchStartsAtTheSize(uint64 start, uint8 held, bytes32 seed) public {
        uint64 size = _grow(seed, held % 9);
        vm.assume(start != size);
        bytes32 before = log.root();
        require(_append(log, WRITER, start, Reference.grown(seed, 1)) == TransparencyLog.WrongStart.selector, "start");
        require(log.root() == before && log.size() == size, "unchanged");
    }

    function testFuzz_statusNamesItsLeaf(bytes32 id, uint8 held, uint8 count, uint32 place, uint8 state, uint32 until)
        public
    {
        uint64 before = _grow(id, held % 9);
        uint256 leaves = uint256(count % 8) + 1;
        place %= 10;
        TransparencyLog.StatusChange[] memory changes = new TransparencyLog.StatusChange[](1);
        changes[0] = TransparencyLog.StatusChange(id, place, state, until);
        bytes4 refusal = _append(log, WRITER, before, Reference.grown(id, leaves), changes);
        (uint8 now_, uint32 until_, uint64 index) = log.statusOf(id);
        if (place < leaves && state != 0) {
            require(refusal == 0 && now_ == state && until_ == until && index == before + place, "status");
            require(log.inForce(id, 20261122) == (state == 1 && (until == 0 || 20261122 <= until)), "in force");
        } else {
            bytes4 wanted =
                place >= leaves ? TransparencyLog.StatusWithoutLeaf.selector : TransparencyLog.NoState.selector;
            require(refusal == wanted, "refusal");
            require(now_ == 0 && until_ == 0 && index == 0 && log.size() == before, "unchanged");
        }
    }

    function testFuzz_statusesStandInTheOrderOfTheirLeaves(bytes32 id, uint8 first, uint8 second) public {
        first %= 6;
        second %= 6;
        TransparencyLog.StatusChange[] memory changes = new TransparencyLog.StatusChange[](2);
        changes[0] = TransparencyLog.StatusChange(id, first, 1, 0);
        changes[1] = TransparencyLog.StatusChange(id, second, 2, 0);
        bytes4 refusal = _append(log, WRITER, 0, Reference.grown(id, 6), changes);
        (uint8 state,, uint64 index) = log.statusOf(id);
        if (second > first) {
            require(refusal == 0 && state == 2 && index == second, "order");
        } else {
            require(refusal == TransparencyLog.StatusWithoutLeaf.selector && state == 0, "refusal");
        }
    }

    function testFuzz_newLogGoesOnFromAnOldHead(bytes32 seed, uint8 held, uint8 count) public {
        uint256 old = uint256(held % 40) + 1;
        bytes32[] memory all = Reference.grown(seed, old);
        TransparencyLog next = _continuing(all);
        (uint64 size, bytes32 root,, address from) = next.startHead();
        require(size == old && root == Reference.root(all) && from == address(log), "start");
        bytes32[] memory batch = Reference.grown(~seed, uint256(count % 20) + 1);
        require(_append(next, WRITER, uint64(old), batch) == 0, "append");
        require(next.root() == Reference.root(Reference.joined(all, batch)), "root");
    }

    function testFuzz_statusIsCarriedOnlyBeforeTheFirstAppend(bytes32 id, uint64 index, uint8 state, uint32 until)
        public
    {
        index %= 10;
        TransparencyLog next = _continuing(Reference.grown(id, 5));
        TransparencyLog.CarriedStatus[] memory one = new TransparencyLog.CarriedStatus[](1);
        one[0] = TransparencyLog.CarriedStatus(id, index, state, until);
        require(_carry(next, GUARDIAN, one) == TransparencyLog.NotWriter.selector, "guardian");
        bool fits = index < 5 && state != 0;
        require((_carry(next, WRITER, one) == 0) == fits, "carry");
        (uint8 now_, uint32 until_, uint64 index_) = next.statusOf(id);
        require(fits ? now_ == state && until_ == until && index_ == index : now_ == 0, "carried");
        if (fits) require(_carry(next, WRITER, one) == TransparencyLog.StatusKnown.selector, "twice");
        require(_append(next, WRITER, 5, Reference.grown(id, 1)) == 0, "append");
        require(_carry(next, WRITER, one) == TransparencyLog.NotCarrying.selector, "late");
    }

    function testFuzz_closedLogTakesNothingEverAgain(bytes32 seed, uint8 held) public {
        uint64 size = _grow(seed, held % 9);
        vm.prank(ADMIN);
        log.close(8, address(this));
        require(_append(log, WRITER, size, Reference.grown(seed, 1)) == TransparencyLog.LogClosed.selector, "closed");
        vm.prank(ADMIN);
        log.unpause();
        require(_append(log, WRITER, size, Reference.grown(seed, 1)) == TransparencyLog.LogClosed.selector, "for ever");
    }

    function _continuing(bytes32[] memory all) private returns (TransparencyLog) {
        bytes32[] memory nodes = Reference.frontier(all);
        return new TransparencyLog(ADMIN, WRITER, GUARDIAN, uint64(all.length), nodes, 7, address(log));
    }

    function _grow(bytes32 seed, uint256 count) private returns (uint64) {
        if (count > 0) require(_append(log, WRITER, 0, Reference.grown(seed, count)) == 0, "grow");
        return uint64(count);
    }

    function _append(TransparencyLog to, address sender, uint64 start, bytes32[] memory leaves)
        private
        returns (bytes4)
    {
        return _append(to, sender, start, leaves, new TransparencyLog.StatusChange[](0));
    }

    function _append(
        TransparencyLog to,
        address sender,
        uint64 start,
        bytes32[] memory leaves,
        TransparencyLog.StatusChange[] memory changes
    ) private returns (bytes4) {
        return _call(to, sender, abi.encodeCall(TransparencyLog.append, (start, leaves, changes)));
    }

    function _carry(TransparencyLog to, address sender, TransparencyLog.CarriedStatus[] memory statuses)
        private
        returns (bytes4)
    {
        return _call(to, sender, abi.encodeCall(TransparencyLog.carry, (statuses)));
    }

    /// The selector of the error that a call ended with; 0 when it did what it says.
    function _call(TransparencyLog to, address sender, bytes memory data) private returns (bytes4) {
        vm.prank(sender);
        (bool done, bytes memory answer) = address(to).call(data);
        return done ? bytes4(0) : bytes4(answer);
    }
}
