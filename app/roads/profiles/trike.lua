-- A loaded cargo trike with a motor: the wheel's bicycle, slower, wider, never pushed.

api_version = 4

local bicycle = require('bicycle')

-- km/h. Road Traffic Safety Law of the PRC, article 58: 15 in lanes for non-motor vehicles.
local MOST = 15
-- Loaded, between stops; a bicycle of the wheel's profile rides 15.
local USUAL = 14
-- Metres. Common cargo trikes are 1.0 to 1.1 wide; a hand's breadth on each side.
local WIDE = 1.2

local NO_PASSAGE = { 'stile', 'turnstile', 'full-height_turnstile', 'kissing_gate', 'cycle_barrier', 'motorcycle_barrier' }

local function setup()
  local profile = bicycle.setup()
  local quick = profile.default_speed
  profile.default_speed = USUAL
  profile.vehicle_max_speed = MOST
  profile.use_public_transport = false
  profile.width = WIDE
  profile.exclude_cargo_bike = true
  for kind, speed in pairs(profile.bicycle_speeds) do
    profile.bicycle_speeds[kind] = math.min(speed, USUAL) * USUAL / quick
  end
  for surface, speed in pairs(profile.surface_speeds) do
    if speed >= quick then profile.surface_speeds[surface] = USUAL end
  end
  -- Steps, footways and paths that nobody opened to bicycles are too narrow.
  profile.pedestrian_speeds = {}
  profile.platform_speeds = {}
  profile.man_made_speeds = {}
  profile.bicycle_speeds['path'] = nil
  profile.allowed_start_modes = Set { mode.cycling }
  for _, barrier in ipairs(NO_PASSAGE) do
    profile.barrier_blacklist[barrier] = true
  end
  return profile
end

-- Nobody pushes 200 kg: against a one-way street, or where riding is not allowed, there is no way.
local function process_way(profile, way, result, relations)
  bicycle.process_way(profile, way, result, relations)
  if result.forward_mode == mode.pushing_bike then
    result.forward_mode = mode.inaccessible
  end
  if result.backward_mode == mode.pushing_bike then
    result.backward_mode = mode.inaccessible
  end
end

return {
  setup = setup,
  process_way = process_way,
  process_node = bicycle.process_node,
  process_turn = bicycle.process_turn
}
