// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.11 <0.9.0;

import {TransparencyLog} from "../TransparencyLog.sol";
import {vm} from "./Reference.sol";

/// @notice halmos's own cheat codes that the proofs use.
interface SymbolicVm {
    function enableSymbolicStorage(address target) external;
    function createCalldata(string memory contractName) external pure returns (bytes memory data);
    function createUint(uint256 bits, string memory name) external pure returns (uint256);
}

/// @notice What halmos proves for every caller, every argument and every state of the contract's storage, reachable or not.
contract ProofsTest {
    SymbolicVm private constant svm = SymbolicVm(address(uint160(uint256(keccak256("svm cheat code")))));
    TransparencyLog private log;

    function setUp() public {
        log = new TransparencyLog(address(0xA), address(0xB), address(0xC), 0, new bytes32[](0), 0, address(0));
        svm.enableSymbolicStorage(address(log));
        // What the constructor wrote is forgotten too: writer, size and flags; admin, offered admin and guardian; nodes.
        uint256 word = svm.createUint(160, "writer") | svm.createUint(64, "size") << 160;
        word |= svm.createUint(1, "paused") << 224;
        word |= svm.createUint(1, "carrying") << 232;
        word |= svm.createUint(1, "closed") << 240;
        vm.store(address(log), bytes32(0), bytes32(word));
        for (uint256 slot = 1; slot < 4; slot++) {
            vm.store(address(log), bytes32(slot), bytes32(svm.createUint(160, "role")));
        }
        for (uint256 slot = 4; slot < 68; slot++) {
            vm.store(address(log), bytes32(slot), bytes32(svm.createUint(256, "node")));
        }
    }

    /// Access: whoever is not the writer appends nothing, whatever else is so.
    function check_onlyTheWriterAppends(address caller, uint64 start, bytes32 leaf) public {
        vm.assume(caller != log.writer());
        assert(!_append(caller, start, leaf));
    }

    /// Access: a paused or closed log takes nothing from anybody.
    function check_pausedOrClosedLogTakesNothing(address caller, uint64 start, bytes32 leaf) public {
        vm.assume(log.paused() || log.closed());
        assert(!_append(caller, start, leaf));
    }

    /// Ordering: a batch that does not start at the size is refused, from the writer too.
    function check_batchStartsAtTheSize(address caller, uint64 start, bytes32 leaf) public {
        vm.assume(start != log.size());
        assert(!_append(caller, start, leaf));
    }

    /// Ordering: a batch that is taken makes the log longer by its leaves, and a single leaf in an empty log is its root.
    /// (The size is kept below 8 here: each of its bits doubles the paths.)
    function check_acceptedBatchMakesTheLogLonger(address caller, uint64 start, bytes32 leaf) public {
        uint64 size = log.size();
        vm.assume(size < 8);
        if (_append(caller, start, leaf)) {
            assert(log.size() == size + 1);
            assert(size != 0 || log.root() == leaf);
            assert(caller == log.writer() && start == size);
        }
    }

    /// Statuses: appending a leaf changes the status this leaf says, to what it says, and no other.
    function check_statusChangesOnlyWithItsLeaf(
        address caller,
        bytes32 leaf,
        bytes32 id,
        bytes32 other,
        uint32 position,
        uint8 state,
        uint32 until
    ) public {
        uint64 size = log.size();
        vm.assume(size < 4);
        vm.assume(id != other);
        uint256 kept = _word(other);
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = leaf;
        TransparencyLog.StatusChange[] memory changes = new TransparencyLog.StatusChange[](1);
        changes[0] = TransparencyLog.StatusChange(id, position, state, until);
        vm.prank(caller);
        (bool done,) = address(log).call(abi.encodeCall(TransparencyLog.append, (size, leaves, changes)));
        if (done) {
            assert(position == 0 && state != 0);
            assert(_word(id) == (uint256(size) << 40 | uint256(until) << 8 | state));
        }
        assert(_word(other) == kept);
    }

    /// Access: no function at all, called by anybody but the writer, changes the size, a node, a status or the writer,
    /// except the admin who names another writer.
    /// (For `close` alone the size is kept below 8: it computes the root, where each bit of the size doubles the paths.)
    function check_strangersChangeNothing(address caller, bytes32 id) public {
        address writer = log.writer();
        vm.assume(caller != writer);
        bool byAdmin = caller == log.admin();
        uint64 size = log.size();
        bytes32[64] memory nodes;
        for (uint256 i = 0; i < 64; i++) nodes[i] = vm.load(address(log), bytes32(4 + i));
        uint256 word = _word(id);
        bytes memory data = svm.createCalldata("TransparencyLog");
        vm.assume(size < 8 || bytes4(data) != TransparencyLog.close.selector);
        vm.prank(caller);
        (bool done,) = address(log).call(data);
        done;
        // One question for the solver instead of one for each of the 64 nodes.
        uint256 changed = uint256(log.size() ^ size) | (_word(id) ^ word);
        for (uint256 i = 0; i < 64; i++) changed |= uint256(vm.load(address(log), bytes32(4 + i)) ^ nodes[i]);
        assert(changed == 0);
        assert(byAdmin || log.writer() == writer);
    }

    /// Access: the admin changes only when the one to whom it was offered accepts. (The size is kept below 4.)
    function check_adminChangesInTwoSteps(address caller) public {
        vm.assume(log.size() < 4);
        address admin = log.admin();
        address offered = log.pendingAdmin();
        bytes memory data = svm.createCalldata("TransparencyLog");
        vm.prank(caller);
        (bool done,) = address(log).call(data);
        done;
        assert(log.admin() == admin || (caller == offered && log.admin() == offered));
        assert(log.pendingAdmin() == offered || caller == admin || caller == offered);
    }

    function _word(bytes32 id) private view returns (uint256) {
        (uint8 state, uint32 until, uint64 index) = log.statusOf(id);
        return uint256(index) << 40 | uint256(until) << 8 | state;
    }

    function _append(address caller, uint64 start, bytes32 leaf) private returns (bool done) {
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = leaf;
        TransparencyLog.StatusChange[] memory none = new TransparencyLog.StatusChange[](0);
        vm.prank(caller);
        (done,) = address(log).call(abi.encodeCall(TransparencyLog.append, (start, leaves, none)));
    }
}
