// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.11 <0.9.0;

import {TransparencyLog} from "../TransparencyLog.sol";
import {Reference, vm} from "./Reference.sol";

/// @notice Does anything to a log, as anybody, and remembers what a log that keeps its rules would hold.
contract Handler {
    address[5] private actors = [address(0xA), address(0xB), address(0xC), address(0xD), address(0xE)];
    TransparencyLog public immutable log;
    bytes32[] private leaves;
    bytes32[8] private ids;
    mapping(bytes32 => bytes32) public expected;
    uint64 public largest;
    uint256 public broken;
    uint256 public appends;
    bool public fell;

    address private writer;
    address private guardian;
    address private admin;
    address private offered;
    bool private paused;
    bool private closed;

    /// Whatever is called, the log gets no shorter.
    modifier watched() {
        uint64 before = log.size();
        _;
        if (log.size() < before) fell = true;
    }

    constructor() {
        log = new TransparencyLog(actors[0], actors[1], actors[2], 0, new bytes32[](0), 0, address(0));
        (admin, writer, guardian) = (actors[0], actors[1], actors[2]);
        for (uint256 i = 0; i < 8; i++) ids[i] = keccak256(abi.encode("id", i));
    }

    function append(uint8 actor, uint64 start, uint8 count, bytes32 seed, uint8 changed) external watched {
        address sender = actor % 3 == 0 ? actors[actor % 5] : writer;
        if (start % 4 != 0) start = uint64(leaves.length);
        bytes32[] memory batch = Reference.grown(seed, count % 9);
        TransparencyLog.StatusChange[] memory changes = new TransparencyLog.StatusChange[](changed % 3);
        bool fits = batch.length > 0 && start == leaves.length;
        uint256 least;
        for (uint256 i = 0; i < changes.length; i++) {
            uint32 place = uint32(uint256(seed) >> (i * 8)) % 10;
            changes[i] = TransparencyLog.StatusChange(ids[uint256(seed) >> (i * 8 + 32) & 7], place, changed % 6, 20301231);
            fits = fits && place >= least && place < batch.length && changed % 6 != 0;
            least = uint256(place) + 1;
        }
        vm.prank(sender);
        try log.append(start, batch, changes) {
            if (!fits || sender != writer || paused || closed) broken++;
            _remember(batch, changes);
        } catch {
            if (fits && sender == writer && !paused && !closed) broken++;
        }
    }

    function _remember(bytes32[] memory batch, TransparencyLog.StatusChange[] memory changes) private {
        uint64 start = uint64(leaves.length);
        appends++;
        for (uint256 i = 0; i < batch.length; i++) leaves.push(batch[i]);
        for (uint256 i = 0; i < changes.length; i++) {
            TransparencyLog.StatusChange memory change = changes[i];
            expected[change.id] = keccak256(abi.encode(change.state, change.validUntil, start + change.position));
        }
        largest = uint64(leaves.length);
    }

    function carry(uint8 actor, bytes32 seed) external watched {
        TransparencyLog.CarriedStatus[] memory one = new TransparencyLog.CarriedStatus[](1);
        one[0] = TransparencyLog.CarriedStatus(ids[uint256(seed) & 7], uint64(uint256(seed) >> 8) % 9, 1, 0);
        vm.prank(actors[actor % 5]);
        try log.carry(one) {
            broken++; // this log continues no other
        } catch {}
    }

    function pause(uint8 actor, bool on) external watched {
        address sender = actors[actor % 5];
        vm.prank(sender);
        if (on) {
            try log.pause() {
                if (sender != guardian) broken++;
                paused = true;
            } catch {
                if (sender == guardian) broken++;
            }
        } else {
            try log.unpause() {
                if (sender != admin) broken++;
                paused = false;
            } catch {
                if (sender == admin) broken++;
            }
        }
    }

    function setRole(uint8 actor, uint8 to, bool ofWriter) external watched {
        (address sender, address next) = (actors[actor % 5], actors[to % 5]);
        vm.prank(sender);
        (bool done,) = address(log).call(
            ofWriter
                ? abi.encodeCall(TransparencyLog.setWriter, (next))
                : abi.encodeCall(TransparencyLog.setGuardian, (next))
        );
        if (done != (sender == admin)) broken++;
        if (done && ofWriter) writer = next;
        if (done && !ofWriter) guardian = next;
    }

    function offerAdmin(uint8 actor, uint8 to) external watched {
        (address sender, address next) = (actors[actor % 5], actors[to % 5]);
        vm.prank(sender);
        (bool done,) = address(log).call(abi.encodeCall(TransparencyLog.offerAdmin, (next)));
        if (done != (sender == admin)) broken++;
        if (done) offered = next;
    }

    function acceptAdmin(uint8 actor) external watched {
        address sender = actors[actor % 5];
        vm.prank(sender);
        (bool done,) = address(log).call(abi.encodeCall(TransparencyLog.acceptAdmin, ()));
        if (done != (sender == offered)) broken++;
        if (done) (admin, offered) = (sender, address(0));
    }

    function close(uint8 actor, uint8 rarely) external watched {
        if (rarely % 16 != 0) return;
        address sender = actors[actor % 5];
        vm.prank(sender);
        (bool done,) = address(log).call(abi.encodeCall(TransparencyLog.close, (8, address(1))));
        if (done != (sender == admin && !closed)) broken++;
        if (done) closed = true;
    }

    function root() external view returns (bytes32) {
        return Reference.root(leaves);
    }

    function statusesFit() external view returns (bool) {
        for (uint256 i = 0; i < 8; i++) {
            (uint8 state, uint32 until, uint64 index) = log.statusOf(ids[i]);
            bytes32 wanted = expected[ids[i]];
            if (wanted == 0 ? state != 0 || until != 0 || index != 0 : wanted != keccak256(abi.encode(state, until, index))) {
                return false;
            }
        }
        return true;
    }

    function rolesFit() external view returns (bool) {
        return log.writer() == writer && log.guardian() == guardian && log.admin() == admin && log.paused() == paused
            && log.closed() == closed && log.pendingAdmin() == offered;
    }
}

/// @notice What holds after any sequence of calls by anybody.
contract InvariantTest {
    Handler private handler;

    function setUp() public {
        handler = new Handler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_rootIsTheReferencesAndStatusesHaveTheirLeaves() public view {
        TransparencyLog log = handler.log();
        require(handler.broken() == 0, "somebody could, or could not, do what the rules say");
        require(!handler.fell(), "the size fell");
        require(log.size() == handler.largest(), "the size is not the number of leaves");
        require(log.root() == handler.root(), "the root is not the reference's");
        require(handler.statusesFit(), "a status changed without its leaf");
        require(handler.rolesFit(), "a role changed hands unasked");
    }
}
