-- An e-bike with pedals, as GB 17761 has it: the wheel's bicycle, quicker.

api_version = 4

local bicycle = require('bicycle')

-- km/h. GB 17761-2018 and -2024 (safety of electric bicycles): the motor stops at 25.
local MOST = 25
-- What is ridden in a city between stops; the estimates (app/roads/estimate.py) take a bicycle times 1.5.
local USUAL = 22

local function setup()
  local profile = bicycle.setup()
  local slow = profile.default_speed
  profile.default_speed = USUAL
  profile.vehicle_max_speed = MOST
  profile.use_public_transport = false
  for kind, speed in pairs(profile.bicycle_speeds) do
    profile.bicycle_speeds[kind] = speed * USUAL / slow
  end
  -- Good surfaces allow the usual speed; a bad one slows every two-wheeler down alike.
  for surface, speed in pairs(profile.surface_speeds) do
    if speed >= slow then profile.surface_speeds[surface] = USUAL end
  end
  return profile
end

return {
  setup = setup,
  process_way = bicycle.process_way,
  process_node = bicycle.process_node,
  process_turn = bicycle.process_turn
}
